import { describe, expect, test } from 'vitest';
import { type BusMessage, parseBusMessage, serializeBusMessage } from './messages.ts';

const audio = Uint8Array.from({ length: 800 }, (_, i) => i % 256);

describe('what nodes tell each other', () => {
  test.each<BusMessage>([
    { type: 'want', from: 'a', wants: { list: true, follow: new Set(['CA1']), listen: new Set() } },
    { type: 'news', from: 'a', news: { type: 'gone', node: 'a', callSids: ['CA1'] } },
    { type: 'news', from: 'a', news: { type: 'audio', callSid: 'CA1', side: 1, atMs: 700, audio } },
    { type: 'news', from: 'a', news: { type: 'lines', callSid: 'CA1', isFirst: true, lines: [] } },
    { type: 'voice', from: 'a', voice: { callSid: 'CA1', by: 'ann', audio } },
    { type: 'voice', from: 'a', voice: { callSid: 'CA1', by: 'ann' } },
  ])('comes as it was sent: %j', (message) => {
    expect(parseBusMessage(serializeBusMessage(message, 1))).toEqual(message);
  });

  test('is never the same text twice, or one of both would be lost', () => {
    const silence: BusMessage = { type: 'voice', from: 'a', voice: { callSid: 'CA1', by: 'ann', audio } };
    expect(serializeBusMessage(silence, 1)).not.toBe(serializeBusMessage(silence, 2));
  });

  test.each(['', '{', '[]', 'null', '{"type":"want"}', '{"type":"news","from":"a","news":{"type":"x"}}'])(
    'is nothing when it cannot be read: %s',
    (text) => expect(parseBusMessage(text)).toBeUndefined(),
  );
});

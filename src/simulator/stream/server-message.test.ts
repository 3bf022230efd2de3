import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readServerMessage } from './server-message.ts';

const SID = 'MZ0123456789abcdef0123456789abcdef';
const media = (payload: unknown) => ({ event: 'media', streamSid: SID, media: { payload } });

function read(message: unknown) {
  return readServerMessage(typeof message === 'string' ? message : JSON.stringify(message), SID);
}

describe('the three messages a server may send', () => {
  test('media of any length arrives byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (audio) => {
        const message = read(media(Buffer.from(audio).toString('base64')));
        expect(message.type === 'media' && [...message.audio]).toEqual([...audio]);
      }),
    );
  });

  test('mark and clear', () => {
    expect(read({ event: 'mark', streamSid: SID, mark: { name: 'r1' } })).toEqual({ type: 'mark', name: 'r1' });
    expect(read({ event: 'clear', streamSid: SID })).toEqual({ type: 'clear' });
  });
});

describe('a faulty message is named', () => {
  test.each([
    ['not-json', 'hello', /not a JSON object/],
    ['not-json', '[]', /not a JSON object/],
    ['no-event', { streamSid: SID }, /no "event"/],
    ['unknown-event', { event: 'connected' }, /"connected", not media/],
    ['media-no-stream-sid', { event: 'media', media: { payload: '' } }, /no "streamSid"/],
    ['media-extra-stream_sid', { event: 'media', stream_sid: SID, media: { payload: '' } }, /extra field "stream_sid"/],
    ['clear-wrong-stream-sid', { event: 'clear', streamSid: 'MZother' }, /"MZother"; this stream is MZ0123/],
    ['media-extra-sequenceNumber', { ...media(''), sequenceNumber: '1' }, /extra field "sequenceNumber"/],
    [
      'media-extra-media.track',
      { event: 'media', streamSid: SID, media: { payload: '', track: 'outbound' } },
      /extra field "media\.track"/,
    ],
    ['media-no-media', { event: 'media', streamSid: SID }, /no object "media"/],
    ['media-no-payload', { event: 'media', streamSid: SID, media: {} }, /no string "media\.payload"/],
    ['media-no-payload', media(5), /no string "media\.payload"/],
    ['media-not-base64', media('a$$='), /not padded base64/],
    ['media-not-base64', media('abc'), /not padded base64/],
    ['mark-no-name', { event: 'mark', streamSid: SID, mark: { name: 7 } }, /no string "mark\.name"/],
    ['clear-extra-mark', { event: 'clear', streamSid: SID, mark: {} }, /extra field "mark"/],
  ])('%s', (kind, message, text) => {
    const fault = read(message);
    expect(fault).toMatchObject({ type: 'fault', kind });
    expect(fault.type === 'fault' && fault.message).toMatch(text);
  });

  test('any text is answered, none throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => read(text).type.length > 0));
  });
});

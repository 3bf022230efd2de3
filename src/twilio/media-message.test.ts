import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMediaEncoder, decodePayload, parseMediaMessage } from './media-message.ts';

const streamSid = 'MZc3320b5e6fba10a11d7c96fe1903e3f0';
const callSid = 'CA77140000000000000000000000000000';
const accountSid = 'AC1b320000000000000000000000000000';

const start = () => ({
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid,
    streamSid,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } as Record<string, unknown>,
    customParameters: { hello: 'HelloValue' } as unknown,
  } as Record<string, unknown>,
  streamSid,
});

const media = (changes: Record<string, unknown> = {}) => ({
  event: 'media',
  sequenceNumber: '2',
  media: { track: 'inbound', chunk: '1', timestamp: '102', payload: '/38A', ...changes },
  streamSid,
});

const parse = (message: unknown) => parseMediaMessage(JSON.stringify(message));
const malformed = (kind: string, detail: string) => ({ type: 'malformed', kind, detail });

test('a captured conversation is read, whatever the order of keys and the version', () => {
  expect(parse({ event: 'connected', protocol: 'Call', version: '0.2.0' })).toEqual({ type: 'connected' });
  expect(parse(start())).toEqual({
    type: 'start',
    streamSid,
    callSid,
    accountSid,
    customParameters: { hello: 'HelloValue' },
    encoding: 'audio/x-mulaw',
    sampleRateHz: 8000,
    channels: 1,
    tracks: ['inbound'],
  });
  expect(parse(media())).toEqual({
    type: 'media',
    streamSid,
    track: 'inbound',
    chunk: 1,
    timestampMs: 102,
    payload: '/38A',
  });
  expect(parse({ event: 'mark', sequenceNumber: '4', streamSid, mark: { name: 'my label' } })).toEqual({
    type: 'mark',
    streamSid,
    name: 'my label',
  });
  expect(
    parse({ event: 'dtmf', streamSid, sequenceNumber: '5', dtmf: { track: 'inbound_track', digit: '#' } }),
  ).toEqual({
    type: 'dtmf',
    streamSid,
    digit: '#',
  });
  expect(parse({ event: 'stop', sequenceNumber: '352', streamSid, stop: { accountSid, callSid } })).toEqual({
    type: 'stop',
    streamSid,
    callSid,
  });
});

test('an event of a later protocol is named, cut short, and no fault', () => {
  expect(parse({ event: 'transcript' })).toEqual({ type: 'unknown', event: 'transcript' });
  expect(parse({ event: 'constructor' })).toEqual({ type: 'unknown', event: 'constructor' });
  expect(parse({ event: 'x'.repeat(9000) })).toEqual({ type: 'unknown', event: 'x'.repeat(64) });
});

test.each([
  ['', malformed('not-json', '0 characters')],
  ['\u00ff\u0000\u0001', malformed('not-json', '3 characters')],
  ['{"event":"media"', malformed('not-json', '16 characters')],
  ['null', malformed('not-object', 'message')],
  ['[]', malformed('not-object', 'message')],
  ['"media"', malformed('not-object', 'message')],
  ['{}', malformed('no-event', 'event')],
  ['{"event":7}', malformed('wrong-type', 'event')],
  ['{"event":"media"}', malformed('missing-field', 'media')],
  ['{"event":"media","media":[]}', malformed('wrong-type', 'media')],
  ['{"event":"media","media":{}}', malformed('missing-field', 'streamSid')],
  ['{"event":"mark","mark":{"name":"m"},"streamSid":4}', malformed('wrong-type', 'streamSid')],
  ['{"event":"mark","mark":{},"streamSid":"MZ1"}', malformed('missing-field', 'mark.name')],
  ['{"event":"mark","mark":{"name":1},"streamSid":"MZ1"}', malformed('wrong-type', 'mark.name')],
  ['{"event":"dtmf","dtmf":{"digit":1},"streamSid":"MZ1"}', malformed('wrong-type', 'dtmf.digit')],
  ['{"event":"dtmf","dtmf":{"digit":"12"},"streamSid":"MZ1"}', malformed('wrong-type', 'dtmf.digit')],
  ['{"event":"dtmf","dtmf":{},"streamSid":"MZ1"}', malformed('missing-field', 'dtmf.digit')],
  ['{"event":"stop","stop":{},"streamSid":"MZ1"}', malformed('missing-field', 'stop.callSid')],
])('%j is malformed', (text, expected) => {
  expect(parseMediaMessage(text)).toEqual(expected);
});

test.each([
  [{ track: undefined }, 'missing-field', 'media.track'],
  [{ track: 'sideways' }, 'wrong-type', 'media.track'],
  [{ chunk: 1 }, 'wrong-type', 'media.chunk'],
  [{ chunk: undefined }, 'missing-field', 'media.chunk'],
  [{ chunk: '' }, 'bad-number', 'media.chunk'],
  [{ chunk: '1e3' }, 'bad-number', 'media.chunk'],
  [{ chunk: '-1' }, 'bad-number', 'media.chunk'],
  [{ chunk: '1234567890123456' }, 'bad-number', 'media.chunk'],
  [{ timestamp: 102 }, 'wrong-type', 'media.timestamp'],
  [{ timestamp: '102.5' }, 'bad-number', 'media.timestamp'],
  [{ timestamp: ' 102' }, 'bad-number', 'media.timestamp'],
  [{ payload: undefined }, 'missing-field', 'media.payload'],
  [{ payload: null }, 'wrong-type', 'media.payload'],
  [{ payload: '' }, 'bad-base64', 'media.payload'],
  [{ payload: '====' }, 'bad-base64', 'media.payload'],
  [{ payload: 'AAA' }, 'bad-base64', 'media.payload'],
  [{ payload: 'AA-_' }, 'bad-base64', 'media.payload'],
  [{ payload: 'AA==AAAA' }, 'bad-base64', 'media.payload'],
])('media with %j is %s', (changes, kind, detail) => {
  expect(parse(media(changes))).toEqual(malformed(kind, detail));
});

test('a sequence number may be absent, but must be a string of digits', () => {
  expect(parse({ ...media(), sequenceNumber: undefined }).type).toBe('media');
  expect(parse({ ...media(), sequenceNumber: 2 })).toEqual(malformed('wrong-type', 'sequenceNumber'));
  expect(parse({ ...media(), sequenceNumber: 'two' })).toEqual(malformed('bad-number', 'sequenceNumber'));
});

test.each([
  [{ streamSid: 'MZother' }, 'wrong-type', 'start.streamSid'],
  [{ streamSid: undefined }, 'missing-field', 'start.streamSid'],
  [{ callSid: undefined }, 'missing-field', 'start.callSid'],
  [{ callSid: 'CA 1\n' }, 'wrong-type', 'start.callSid'],
  [{ accountSid: 5 }, 'wrong-type', 'start.accountSid'],
  [{ tracks: 'inbound' }, 'wrong-type', 'start.tracks'],
  [{ tracks: [1] }, 'wrong-type', 'start.tracks'],
  [{ mediaFormat: undefined }, 'missing-field', 'start.mediaFormat'],
  [
    { mediaFormat: { encoding: 'audio/l16', sampleRate: 8000, channels: 1 } },
    'wrong-type',
    'start.mediaFormat.encoding',
  ],
  [
    { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: '8000', channels: 1 } },
    'wrong-type',
    'start.mediaFormat.sampleRate',
  ],
  [{ mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 } }, 'missing-field', 'start.mediaFormat.channels'],
  [{ customParameters: [] }, 'wrong-type', 'start.customParameters'],
  [{ customParameters: { token: 1 } }, 'wrong-type', 'start.customParameters'],
])('start with %j is %s', (changes, kind, detail) => {
  const message = start();
  Object.assign(message.start, changes);
  expect(parse(message)).toEqual(malformed(kind, detail));
});

test('no parameter name reaches a prototype', () => {
  const text = JSON.stringify(start()).replace('"hello"', '"__proto__":"polluted","constructor":"c","hello"');
  const message = parseMediaMessage(text);
  if (message.type !== 'start') throw new Error(message.type);
  expect(Object.getPrototypeOf(message.customParameters)).toBeNull();
  expect(Object.entries(message.customParameters)).toEqual([
    ['__proto__', 'polluted'],
    ['constructor', 'c'],
    ['hello', 'HelloValue'],
  ]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a start without parameters has none', () => {
  const message = start();
  message.start['customParameters'] = undefined;
  expect(parse(message)).toMatchObject({ type: 'start', customParameters: {} });
});

test('deep nesting is refused, brackets inside a string are not nesting', () => {
  const deep = (levels: number) => `{"event":"x","y":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(parseMediaMessage(deep(15)).type).toBe('unknown');
  expect(parseMediaMessage(deep(16))).toEqual(malformed('too-deep', 'nested more than 16 levels'));
  expect(parseMediaMessage('['.repeat(65_536))).toEqual(malformed('too-deep', 'nested more than 16 levels'));
  const name = `${'[{"\\'.repeat(500)}`;
  expect(parse({ event: 'mark', streamSid, mark: { name } })).toEqual({ type: 'mark', streamSid, name });
});

test('no string makes it throw, and no fault repeats what was in the message', () => {
  const secret = '4111111111111111';
  const messy = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .tuple(fc.constantFrom('media', 'start', 'mark', 'dtmf', 'stop', 'connected'), fc.jsonValue(), fc.jsonValue())
      .map(([event, body, sid]) => JSON.stringify({ event, streamSid: sid, [event]: body })),
    fc
      .tuple(fc.constantFrom('track', 'chunk', 'timestamp', 'payload'), fc.jsonValue())
      .map(([field, value]) => JSON.stringify(media({ [field]: value }))),
    fc.nat(400).map((cut) => JSON.stringify(start()).slice(0, cut)),
  );
  fc.assert(
    fc.property(messy, (text) => {
      expect(typeof parseMediaMessage(text).type).toBe('string');
    }),
    { numRuns: 700 },
  );
  for (const changes of [{ payload: `${secret}!` }, { track: secret }, { chunk: `${secret}x` }]) {
    const message = parse(media(changes));
    expect(message.type).toBe('malformed');
    expect(JSON.stringify(message)).not.toContain(secret);
  }
});

test('the encoder writes exactly the fields that Twilio takes', () => {
  const encoder = createMediaEncoder(streamSid);
  const frame = Uint8Array.from({ length: 160 }, (_, index) => index);
  expect(JSON.parse(encoder.media(frame))).toEqual({
    event: 'media',
    streamSid,
    media: { payload: Buffer.from(frame).toString('base64') },
  });
  expect(JSON.parse(encoder.mark('r1/g2'))).toEqual({ event: 'mark', streamSid, mark: { name: 'r1/g2' } });
  expect(JSON.parse(encoder.clear())).toEqual({ event: 'clear', streamSid });
  expect(() => encoder.media(new Uint8Array(0))).toThrow(/empty frame/);
});

test('any mark name and any stream name survive the encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, sid) => {
      const encoder = createMediaEncoder(sid);
      expect(JSON.parse(encoder.mark(name))).toEqual({ event: 'mark', streamSid: sid, mark: { name } });
      expect(JSON.parse(encoder.clear())).toEqual({ event: 'clear', streamSid: sid });
    }),
  );
});

test('audio of any length goes out and comes back, also from the middle of a larger buffer', () => {
  const into = Buffer.alloc(20_480);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.nat(50), (audio, offset) => {
      const backing = new Uint8Array(audio.length + offset);
      backing.set(audio, offset);
      const sent = JSON.parse(createMediaEncoder(streamSid).media(backing.subarray(offset))) as {
        media: { payload: string };
      };
      const message = parse(media(sent.media));
      if (message.type !== 'media') throw new Error(JSON.stringify(message));
      const length = decodePayload(message.payload, into);
      expect(Buffer.compare(into.subarray(0, length), audio)).toBe(0);
    }),
  );
  expect(decodePayload('/38AAAAA', Buffer.alloc(4))).toBe(4);
});

test('the usual form of a media message and any other form of it mean the same', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      (sequence, chunk, timestamp, audio) => {
        const media = {
          track: 'inbound',
          chunk: String(chunk),
          timestamp: String(timestamp),
          payload: Buffer.from(audio).toString('base64'),
        };
        const message = { event: 'media', sequenceNumber: String(sequence), media, streamSid: 'MZ0123' };
        const { event, streamSid, ...rest } = message;
        const usual = parseMediaMessage(JSON.stringify(message));
        expect(usual.type).toBe('media');
        expect(parseMediaMessage(JSON.stringify(message, undefined, 1))).toEqual(usual);
        expect(parseMediaMessage(JSON.stringify({ streamSid, ...rest, event }))).toEqual(usual);
      },
    ),
  );
});

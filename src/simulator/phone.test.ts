import { beforeEach, describe, expect, test } from 'vitest';
import { toneMulaw } from '../audio/tone.ts';
import { Phone, type PhoneEnd, type PhoneOptions } from './phone.ts';
import { VirtualClock } from './virtual-clock.ts';

const SID = 'MZ0123456789abcdef0123456789abcdef';
const identity = { callSid: 'CA1', streamSid: SID, accountSid: 'AC1', customParameters: { token: 't' } };
const frame = new Uint8Array(160).fill(0x55);

interface Message {
  readonly event: string;
  readonly sequenceNumber?: string;
  readonly media?: { readonly chunk: string; readonly timestamp: string; readonly payload: string };
  readonly mark?: { readonly name: string };
}

let clock: VirtualClock;
let sent: { readonly at: number; readonly text: string }[];
let closes: number[];
let ends: PhoneEnd[];

beforeEach(() => {
  clock = new VirtualClock();
  clock.advanceTo(5_000);
  sent = [];
  closes = [];
  ends = [];
});

function startPhone(options: Partial<PhoneOptions> = {}): Phone {
  const link = {
    send: (text: string) => sent.push({ at: clock.now() - 5_000, text }),
    close: (code: number) => closes.push(code),
  };
  const source = { next: () => frame };
  const phone = new Phone({ clock, link, identity, source, onEnd: (end) => ends.push(end), ...options });
  phone.start();
  return phone;
}

const run = (ms: number) => clock.advanceTo(clock.now() + ms);
const messages = (event: string) =>
  sent.map(({ text }) => JSON.parse(text) as Message).filter((message) => message.event === event);
const send = (phone: Phone, message: object) => phone.receive(JSON.stringify(message));
const speak = (phone: Phone, audio: Uint8Array) =>
  send(phone, { event: 'media', streamSid: SID, media: { payload: Buffer.from(audio).toString('base64') } });
const mark = (phone: Phone, name: string) => send(phone, { event: 'mark', streamSid: SID, mark: { name } });
const clear = (phone: Phone) => send(phone, { event: 'clear', streamSid: SID });
const echoes = () =>
  sent.flatMap(({ at, text }) => {
    const { event, mark: echoed } = JSON.parse(text) as Message;
    return event === 'mark' ? [[echoed?.name, at]] : [];
  });
const tone = (durationMs: number) => toneMulaw({ frequencyHz: 440, durationMs });

describe('what the phone sends', () => {
  test('connected, start, then a frame every 20 ms with string counters that begin where Twilio’s do', () => {
    startPhone();
    run(61);
    expect(JSON.parse(sent[0]!.text)).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(JSON.parse(sent[1]!.text)).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid: SID,
      start: {
        accountSid: 'AC1',
        streamSid: SID,
        callSid: 'CA1',
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token: 't' },
      },
    });
    expect(JSON.parse(sent[2]!.text)).toEqual({
      event: 'media',
      sequenceNumber: '2',
      media: { track: 'inbound', chunk: '1', timestamp: '102', payload: Buffer.from(frame).toString('base64') },
      streamSid: SID,
    });
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 20, 40, 60]);
    expect(messages('media').map(({ media }) => media?.timestamp)).toEqual(['102', '122', '142']);
  });

  test('a key press, and stop at the end; then silence and no alarm left', () => {
    const phone = startPhone();
    mark(phone, 'before');
    speak(phone, tone(500));
    mark(phone, 'never');
    phone.dtmf('#');
    run(20);
    phone.stop();
    phone.stop();
    run(1_000);
    expect(sent.map(({ text }) => (JSON.parse(text) as Message).event)).toEqual([
      ...['connected', 'start', 'mark', 'dtmf', 'media', 'stop'],
    ]);
    expect(JSON.parse(sent[3]!.text)).toEqual({
      event: 'dtmf',
      streamSid: SID,
      sequenceNumber: '3',
      dtmf: { track: 'inbound_track', digit: '#' },
    });
    expect(JSON.parse(sent[5]!.text)).toMatchObject({ event: 'stop', stop: { accountSid: 'AC1', callSid: 'CA1' } });
    expect(closes).toEqual([1000]);
    expect(ends).toEqual([{ by: 'caller', atMs: 20 }]);
    expect(clock.alarms).toBe(0);
  });

  test('frames missed in a stall of the process are caught up, in order', () => {
    startPhone();
    clock.stall(110);
    run(10);
    expect(messages('media').map(({ media }) => media?.chunk)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('the end of the socket ends the phone', () => {
    const phone = startPhone();
    run(30);
    phone.linkClosed(1008, 'no');
    run(100);
    expect(ends).toEqual([{ by: 'server', atMs: 30, code: 1008, reason: 'no' }]);
    expect(messages('media')).toHaveLength(1);
    expect(clock.alarms).toBe(0);
  });
});

describe('a peer in the same process, which answers from inside send', () => {
  function startWith(react: (message: Message, phone: Phone) => void): Phone {
    const link = {
      send: (text: string) => react(JSON.parse(text) as Message, phone),
      close: (code: number) => closes.push(code),
    };
    const phone: Phone = new Phone({
      clock,
      link,
      identity,
      source: { next: () => frame },
      onEnd: (end) => ends.push(end),
    });
    phone.start();
    return phone;
  }

  test('may close at once', () => {
    startWith(({ event }, phone) => event === 'start' && phone.linkClosed(1013, 'full'));
    expect(ends).toMatchObject([{ by: 'server', code: 1013 }]);
    expect(clock.alarms).toBe(0);
  });

  test('may send more on each mark, and clear', () => {
    let marks = 0;
    const phone = startWith(({ event }, peer) => {
      if (event !== 'start' && event !== 'mark') return;
      if (++marks === 5) return clear(peer);
      speak(peer, tone(100));
      mark(peer, `m${marks}`);
    });
    run(2_000);
    expect(phone.stats).toMatchObject({ marksReceived: 4, clearsReceived: 1, underruns: 0 });
    expect(clock.alarms).toBe(1);
    phone.stop();
    expect(clock.alarms).toBe(0);
  });

  test('that answers stop with a close does not become the one who ended the call', () => {
    const phone = startWith(({ event }, peer) => event === 'stop' && peer.linkClosed(1000, ''));
    phone.stop();
    expect(ends).toMatchObject([{ by: 'caller' }]);
  });
});

describe('marks', () => {
  test('come back at once when nothing is buffered, else when the audio before them has been played', () => {
    const phone = startPhone();
    mark(phone, 'empty');
    run(7);
    speak(phone, tone(300));
    mark(phone, 'a');
    speak(phone, tone(100));
    mark(phone, 'b');
    mark(phone, 'c');
    run(1_000);
    expect(echoes()).toEqual([
      ['empty', 0],
      ['a', 307],
      ['b', 407],
      ['c', 407],
    ]);
  });

  test('clear drops the audio and sends the rest back at once', () => {
    const phone = startPhone();
    speak(phone, tone(300));
    mark(phone, 'played');
    speak(phone, tone(300));
    mark(phone, 'flushed');
    run(400);
    clear(phone);
    speak(phone, tone(100));
    mark(phone, 'after');
    run(300);
    expect(echoes()).toEqual([
      ['played', 300],
      ['flushed', 400],
      ['after', 500],
    ]);
    expect(phone.stats.clearsReceived).toBe(1);
  });
});

describe('recordings', () => {
  test('hold what the caller said and, to the sample, what the caller heard', () => {
    const phone = startPhone();
    run(33);
    const audio = tone(200);
    speak(phone, audio);
    run(67);
    clear(phone);
    run(200);
    const { caller, agent } = phone.recordings!;
    expect(caller).toHaveLength(15 * 160);
    expect(new Set(caller)).toEqual(new Set([0x55]));
    const heard = new Uint8Array(15 * 160).fill(0xff);
    heard.set(audio.subarray(0, 67 * 8), 33 * 8);
    expect(Buffer.compare(agent, heard)).toBe(0);
  });

  test('can be switched off', () => {
    const phone = startPhone({ record: false });
    run(100);
    expect(phone.recordings).toBeUndefined();
  });
});

describe('underruns and jitter', () => {
  test('speech that is cut for less than 200 ms is an underrun; a longer pause, silence before it, or a clear is not', () => {
    const phone = startPhone();
    speak(phone, tone(100));
    run(150);
    speak(phone, tone(100));
    expect(phone.stats.underruns).toBe(1);
    run(400);
    speak(phone, tone(100));
    speak(phone, new Uint8Array(800).fill(0xff));
    run(300);
    speak(phone, tone(100));
    run(50);
    clear(phone);
    run(50);
    speak(phone, tone(100));
    expect(phone.stats.underruns).toBe(1);
    expect(phone.warnings.map(({ kind }) => kind)).toEqual(['underrun']);
  });

  test('a steady server with a lead has none of either', () => {
    const phone = startPhone();
    for (let i = 0; i < 10; i++) speak(phone, tone(20));
    for (let i = 0; i < 50; i++) {
      run(20);
      speak(phone, tone(20));
    }
    expect(phone.stats.underruns).toBe(0);
    expect(phone.stats.jitter.count).toBe(50);
    expect(phone.stats.jitter.quantile(0.99)).toBe(0);
  });

  test('a message that comes 7 ms late is 7 ms of jitter', () => {
    const phone = startPhone();
    speak(phone, tone(200));
    for (const gap of [20, 27, 13, 20]) {
      speak(phone, tone(20));
      run(gap);
    }
    speak(phone, tone(20));
    expect(phone.stats.jitter.quantile(1)).toBe(7);
  });
});

describe('warnings', () => {
  test('are named once per kind, with Twilio’s code, and the message is dropped', () => {
    const phone = startPhone();
    run(40);
    phone.receive('nonsense');
    phone.receive('nonsense');
    send(phone, { event: 'media', streamSid: SID, media: { payload: 'AAAA', track: 'outbound' } });
    phone.receiveBinary(160);
    expect(phone.warnings).toMatchObject([
      { level: 'warning', code: 31951, kind: 'not-json', atMs: 40 },
      { level: 'warning', code: 31951, kind: 'media-extra-media.track' },
      { level: 'warning', code: 31950, kind: 'binary' },
    ]);
    expect(phone.countOf('not-json')).toBe(2);
    expect(phone.stats.mediaReceived).toBe(0);
  });

  test('more than 10 minutes are discarded', () => {
    const phone = startPhone({ record: false });
    const minute = new Uint8Array(480_000).fill(0x7f);
    for (let i = 0; i < 11; i++) speak(phone, minute);
    expect(phone.warnings).toMatchObject([{ code: 31931, kind: 'buffer-overflow' }]);
    expect(phone.stats.audioMsReceived).toBe(600_000);
  });

  test('a WAV header and broken frames are noticed', () => {
    const phone = startPhone();
    speak(phone, Buffer.from('RIFF....WAVEfmt '));
    expect(phone.warnings).toMatchObject([
      { level: 'warning', kind: 'wav-header' },
      { level: 'note', kind: 'odd-size' },
    ]);
  });
});

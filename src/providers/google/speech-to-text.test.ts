import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { toneMulaw } from '../../audio/tone.ts';
import { createRealClock } from '../../call/real-clock.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { SpeechEvent, SpeechToText, SpeechToTextSession } from '../contracts.ts';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';
import { type GoogleSpeechLoopback, openGoogleSpeechLoopback } from './loopback-stt.ts';
import { parseSpeechOptions } from './options.ts';
import { createSpeechToText } from './speech-to-text.ts';
import { ROTATION, type RotationLimits } from './stt-rotation.ts';

const tone = (durationMs: number): Uint8Array => toneMulaw({ frequencyHz: 440, durationMs });
const silence = (durationMs: number): Uint8Array => new Uint8Array(durationMs * 8).fill(0xff);
const HEBREW = ['אני מחפשת דירה', 'שלושה חדרים', 'בתל אביב'];
const ENGLISH = ['I am looking for a flat', 'three rooms', 'in Tel Aviv'];

function make(env: Readonly<Record<string, string>>, model?: string, limits: RotationLimits = ROTATION): SpeechToText {
  const context = { clock: createRealClock(), env, warn: () => {} };
  const offer = parseSpeechOptions(context, model);
  if (!offer.ok) throw new Error(offer.reason);
  return createSpeechToText(context, offer.options, limits);
}

describe('the contract', () => {
  for (const [model, language, words] of [
    [undefined, 'he-IL', HEBREW],
    [undefined, 'en-US', ENGLISH],
    ['v1', 'he-IL', HEBREW],
    ['v1/phone_call', 'en-US', ENGLISH],
  ] as const) {
    let server: GoogleSpeechLoopback;
    beforeAll(async () => {
      server = await openGoogleSpeechLoopback({ words });
    });
    afterAll(async () => {
      await vi.waitFor(() => expect([server.open, server.connections]).toEqual([0, 0]));
      await server.close();
    });
    const speech = async () => tone(600);
    sttConformance(`google:${model ?? ''} in ${language}`, () => make(server.env, model), { speech, language });
  }
});

/** A session at a loopback of its own, and all that it said. */
class Line {
  readonly events: SpeechEvent[] = [];
  readonly server: GoogleSpeechLoopback;
  readonly recogniser: SpeechToText;
  readonly session: SpeechToTextSession;

  constructor(server: GoogleSpeechLoopback, recogniser: SpeechToText, language = 'en-US') {
    this.server = server;
    this.recogniser = recogniser;
    this.session = recogniser.open({ callSid: 'CA00', language, onEvent: (event) => this.events.push(event) });
  }

  hear(audio: Uint8Array): void {
    for (let at = 0; at < audio.length; at += 160) this.session.write(audio.subarray(at, at + 160));
  }

  utter(audio: Uint8Array): void {
    this.session.speechStarted();
    this.hear(audio);
    this.session.speechEnded();
  }

  get finals(): string[] {
    return this.events.flatMap((event) => (event.type === 'final' ? [event.text] : []));
  }

  get lastPartial(): string | undefined {
    return this.events.flatMap((event) => (event.type === 'partial' ? [event.text] : [])).at(-1);
  }

  get error() {
    return this.events.flatMap((event) => (event.type === 'error' ? [event.error] : [])).at(0);
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.recogniser.close();
    await soon(() => expect([this.server.open, this.server.connections]).toEqual([0, 0]));
    await this.server.close();
  }
}

const lines: Line[] = [];

interface LineOptions {
  readonly words?: readonly string[];
  readonly behave?: Behaviour;
  readonly model?: string;
  readonly limits?: RotationLimits;
}

async function openLine({ words = ENGLISH, behave, model, limits }: LineOptions = {}): Promise<Line> {
  const server = await openGoogleSpeechLoopback({ words, ...(behave ? { behave } : {}) });
  const line = new Line(server, make(server.env, model, limits));
  lines.push(line);
  return line;
}

const soon = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 3_000, interval: 5 });
const firstOnly =
  (misbehaviour: Misbehaviour): Behaviour =>
  (request) =>
    request === 0 ? misbehaviour : undefined;

afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

describe.each(['v2', 'v1'])('version %s', (version) => {
  const model = version === 'v1' ? { model: 'v1' } : {};

  test('partials grow, and the final comes when the speech ends', async () => {
    const line = await openLine(model);
    line.session.speechStarted();
    line.hear(tone(1_000));
    await soon(() => expect(line.lastPartial).toBe('I am looking for a flat'));
    line.session.speechEnded();
    await soon(() => expect(line.finals).toEqual(['I am looking for a flat']));
    expect(line.events[0]).toEqual({ type: 'partial', text: 'I' });
  });

  test('words said before the VAD noticed are heard', async () => {
    const line = await openLine(model);
    line.hear(silence(1_000));
    line.hear(tone(400));
    line.utter(silence(20));
    await soon(() => expect(line.finals).toEqual(['I am looking for a flat']));
  });

  test('what belongs to one utterance is not heard again in the next', async () => {
    const line = await openLine(model);
    line.utter(tone(400));
    line.utter(silence(20));
    await soon(() => expect(line.finals).toEqual(['I am looking for a flat', '']));
  });

  test('an utterance with a pause in it is one', async () => {
    const line = await openLine(model);
    line.session.speechStarted();
    line.hear(tone(400));
    line.hear(silence(800));
    line.hear(tone(400));
    line.session.speechEnded();
    await soon(() => expect(line.finals).toEqual(['I am looking for a flat three rooms']));
  });

  test('a final is not told twice, an old partial not after it, and an empty one does not unsay', async () => {
    for (const kind of ['duplicate-finals', 'out-of-order', 'empty-finals'] as const) {
      const line = await openLine({ ...model, behave: () => ({ kind }) });
      line.utter(tone(1_000));
      await soon(() => expect(line.finals).toEqual(['I am looking for a flat']));
    }
  });

  test.each([
    [401, 'provider-misconfigured', 401, false],
    [403, 'provider-misconfigured', 403, false],
    [429, 'provider-failed', 429, true],
    [500, 'provider-failed', undefined, true],
    [503, 'provider-unavailable', undefined, true],
  ] as const)('HTTP %i in gRPC ends the session as %s', async (status, code, told, retryable) => {
    const line = await openLine({ ...model, behave: () => ({ kind: 'status', status, retryAfterSeconds: 7 }) });
    line.utter(tone(400));
    const error = await soon(() => line.error ?? expect.unreachable());
    expect(error).toMatchObject({ code, status: told, retryable });
    if (status === 429) expect(error.retryAfterMs).toBe(7_000);
    line.utter(tone(400));
    expect(line.events.at(-1)?.type).toBe('error');
  });

  test('a message that is none, and a cut connection, end the session', async () => {
    const garbage = await openLine({ ...model, behave: () => ({ kind: 'garbage', after: 1 }) });
    garbage.utter(tone(1_000));
    await soon(() => expect(garbage.error).toMatchObject({ code: 'provider-failed', retryable: true }));
    const cut = await openLine({ ...model, behave: () => ({ kind: 'cut', after: 1 }) });
    cut.utter(tone(1_000));
    await soon(() => expect(cut.error).toMatchObject({ code: 'provider-unavailable', retryable: true }));
  });

  test('a stream that Google ends by its limit is replaced, without a word lost or told twice', async () => {
    const line = await openLine({ ...model, behave: firstOnly({ kind: 'stream-limit', audioMs: 800 }) });
    line.session.speechStarted();
    line.hear(tone(800));
    await soon(() => {
      line.hear(tone(20));
      expect(line.server.requests).toBe(2);
    });
    line.session.speechEnded();
    await soon(() => expect(line.finals).toEqual(['I am looking for a flat']));
    expect(line.error).toBeUndefined();
  });
});

test('the limit between the end of speech and the last words costs none', async () => {
  const line = await openLine({ behave: firstOnly({ kind: 'stream-limit', audioMs: 600 }) });
  line.utter(tone(800));
  await soon(() => expect(line.finals).toEqual(['I am looking for a flat']));
});

test('a recogniser that ends every stream at once has failed', async () => {
  const line = await openLine({ behave: () => ({ kind: 'stream-limit', audioMs: 100 }) });
  line.utter(tone(800));
  await soon(() => expect(line.error).toMatchObject({ code: 'provider-failed' }));
});

test('whoever does not answer in time costs no word that was told, and the next utterance is heard', async () => {
  const expected: readonly (readonly [Misbehaviour, readonly string[]])[] = [
    [{ kind: 'mute' }, ['', 'I am looking for a flat']],
    [{ kind: 'stall', after: 3 }, ['I am', 'I am looking for a flat']],
    [{ kind: 'late-finals', ms: 1_300 }, ['I am looking for a flat', 'I am looking for a flat']],
    [{ kind: 'slow', ms: 300 }, ['I am looking for a flat', 'three rooms']],
  ];
  await Promise.all(
    expected.map(async ([misbehaviour, finals]) => {
      const line = await openLine({ behave: firstOnly(misbehaviour) });
      line.utter(tone(1_000));
      await soon(() => expect(line.finals.length).toBe(1));
      line.utter(tone(1_000));
      await soon(() => expect(line.finals).toEqual(finals));
      await soon(() => expect(line.server.open).toBe(0));
    }),
  );
});

test('a later utterance that is done first waits for its turn', async () => {
  const behave: Behaviour = (request) => (request === 0 ? { kind: 'slow', ms: 300 } : { kind: 'empty-finals' });
  const line = await openLine({ behave, words: ['I am looking for a flat'] });
  line.utter(tone(1_000));
  await soon(() => expect(line.server.configs.length).toBe(1));
  line.utter(tone(100));
  await soon(() => expect(line.finals).toEqual(['I am looking for a flat', '']));
});

describe('rotation', () => {
  const limits = { inPauseMs: 1_000, atLatestMs: 3_000, pauseMs: 300, overlapMs: 400 };

  test('in a pause, with the overlap told once', async () => {
    const words = ['one two three four', 'three four five six'];
    const line = await openLine({ words, limits });
    line.session.speechStarted();
    line.hear(tone(900));
    await soon(() => expect(line.lastPartial).toBe('one two three'));
    expect(line.server.requests).toBe(1);
    line.hear(tone(300));
    await soon(() => expect(line.server.requests).toBe(2));
    await soon(() => expect(line.server.open).toBe(1));
    line.hear(tone(400));
    line.session.speechEnded();
    await soon(() => expect(line.finals).toEqual(['one two three four five six']));
    expect(line.error).toBeUndefined();
  });

  test('at the latest age in the middle of the words', async () => {
    const words = ['one two three four', 'three four five six'];
    const line = await openLine({ words, limits: { ...limits, inPauseMs: 1_000, pauseMs: 60_000 } });
    line.session.speechStarted();
    line.hear(tone(2_900));
    await soon(() => expect(line.lastPartial).toBe('one two three four'));
    expect(line.server.requests).toBe(1);
    line.hear(tone(400));
    await soon(() => expect(line.server.requests).toBe(2));
    await soon(() => expect(line.server.open).toBe(1));
    line.session.speechEnded();
    await soon(() => expect(line.finals).toEqual(['one two three four five six']));
  });
});

test('what the agent expects goes with the next stream', async () => {
  const line = await openLine();
  line.session.expect({ kind: 'yes-no', phrases: ['yes', 'no'] });
  line.utter(tone(400));
  line.session.expect({ kind: 'open' });
  line.utter(tone(400));
  await soon(() => expect(line.finals.length).toBe(2));
  const [first, second] = line.server.configs.map((config) => JSON.stringify(config));
  expect(first).toContain('"value":"yes"');
  expect(second).not.toContain('"value":"yes"');
});

test('audio of any length is sent in messages that Google takes', async () => {
  const line = await openLine();
  line.session.speechStarted();
  line.session.write(tone(9_000));
  line.session.speechEnded();
  await soon(() => expect(line.finals.length).toBe(1));
  expect(line.error).toBeUndefined();
});

test('a server that is not there is told at once, before anybody speaks', async () => {
  const server = await openGoogleSpeechLoopback({ words: ENGLISH });
  await server.close();
  const line = new Line(server, make(server.env));
  lines.push(line);
  await soon(() => expect(line.error).toMatchObject({ code: 'provider-unavailable', retryable: true }));
});

test('closing in the middle of speech cancels the stream at the server', async () => {
  const line = await openLine();
  line.session.speechStarted();
  line.hear(tone(400));
  await soon(() => expect(line.server.open).toBe(1));
  await line.session.close();
  await soon(() => expect(line.server.open).toBe(0));
  await line.session.close();
});

import { afterEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import type { Clock } from '../../core/clock.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { SpeechEvent, SpeechToText } from '../contracts.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import { type OpenAiTranscriptionLoopbackOptions, openOpenAiTranscriptionLoopback } from './loopback-stt.ts';
import { openSpeechToText } from './speech-to-text.ts';

const clock = createRealClock();
/** Waits that only pass the time pass it quickly. */
const fast: Clock = { now: () => clock.now() * 5, at: (time, wake) => clock.at(time / 5, wake) };
const FRAME_BYTES = 160;
const HUM = Uint8Array.from({ length: 8_000 }, (_, i) => (i % 20 < 10 ? 0x20 : 0xa0));
const SILENCE = new Uint8Array(8_000).fill(0xff);

interface RecogniserOptions {
  readonly model?: string;
  readonly time?: Clock;
}

async function openRecogniser(
  env: Readonly<Record<string, string>>,
  { model, time = clock }: RecogniserOptions = {},
): Promise<SpeechToText> {
  const offer = await openSpeechToText({ clock: time, env, warn: () => {} }, model);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

for (const [language, words, model] of [
  ['en-US', 'I would like an appointment', 'gpt-4o-transcribe'],
  ['he-IL', 'אני מחפשת דירה בתל אביב', 'gpt-live-transcribe'],
] as const) {
  const loopback = await openOpenAiTranscriptionLoopback({ words: Array.from({ length: 200 }, () => words) });
  const recogniser = await openRecogniser(loopback.env, { model });
  // A closed recogniser opens nothing any more, and the suite closes what it is given.
  const make = (): SpeechToText => ({ name: recogniser.name, open: (o) => recogniser.open(o), close: async () => {} });
  sttConformance(`openai, ${language}`, make, { language });
}

describe('OpenAI’s transcription', () => {
  const opened: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function openCall(
    options: Partial<OpenAiTranscriptionLoopbackOptions> & RecogniserOptions & { readonly fault?: Misbehaviour } = {},
  ) {
    const { fault, model, time, ...rest } = options;
    const loopback = await openOpenAiTranscriptionLoopback({
      words: ['one two three four five', 'six seven'],
      behave: () => fault,
      ...rest,
    });
    opened.push(() => loopback.close());
    const recogniser = await openRecogniser(loopback.env, { ...(model ? { model } : {}), ...(time ? { time } : {}) });
    opened.push(() => recogniser.close());
    return { loopback, recogniser, ...listen(recogniser) };
  }

  function listen(recogniser: SpeechToText, language = 'he-IL') {
    const events: SpeechEvent[] = [];
    let wake = (): void => {};
    const session = recogniser.open({
      callSid: 'CA00',
      language,
      onEvent: (event) => {
        events.push(event);
        wake();
      },
    });
    const until = async (isThere: () => boolean): Promise<void> => {
      while (!isThere()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const textsOf = (type: 'partial' | 'final') => events.flatMap((event) => (event.type === type ? [event.text] : []));
    const hear = (audio: Uint8Array) => {
      for (let i = 0; i < audio.length; i += FRAME_BYTES) session.write(audio.subarray(i, i + FRAME_BYTES));
    };
    return {
      events,
      session,
      hear,
      finals: () => textsOf('final'),
      partials: () => textsOf('partial'),
      untilFinals: (count: number) => until(() => textsOf('final').length >= count),
      error: async () => {
        await until(() => events.at(-1)?.type === 'error');
        const last = events.at(-1);
        return last?.type === 'error' ? last.error : undefined;
      },
      utter: (audio = HUM) => {
        session.speechStarted();
        hear(audio);
        session.speechEnded();
      },
    };
  }

  test('shows the words as they grow, and gives them when the speech has ended', async () => {
    const call = await openCall();
    call.utter();
    await call.untilFinals(1);
    call.utter();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['one two three four five', 'six seven']);
    expect(call.partials().slice(0, 3)).toEqual(['one', 'one two', 'one two three']);
    const input = call.loopback.sessions[0]?.audio?.input;
    expect(input?.transcription).toEqual({ model: 'gpt-live-transcribe', languages: ['he'] });
  });

  test('nobody pays for silence, and the half second before the speech is heard', async () => {
    const call = await openCall();
    for (let i = 0; i < 5; i++) call.hear(SILENCE);
    call.hear(HUM);
    call.session.speechStarted();
    call.session.speechEnded();
    await call.untilFinals(1);
    expect(call.finals()).toEqual(['one two three four five']);
    expect(call.loopback.appendedMs).toBe(500);
    call.hear(SILENCE);
    call.utter();
    await call.untilFinals(2);
    expect(call.loopback.appendedMs).toBe(500 + 500 + 1_000);
  });

  test('an utterance that is too short to be transcribed has no words', async () => {
    const call = await openCall();
    call.utter(HUM.subarray(0, 320));
    call.utter();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['', 'one two three four five']);
  });

  test('a new session takes over in silence before the old one is too old', async () => {
    const soonOld: Clock = {
      now: clock.now,
      at: (time, wake) => clock.at(time - clock.now() > 2_400_000 ? clock.now() + 50 : time, wake),
    };
    const call = await openCall({ time: soonOld });
    call.utter();
    call.session.speechStarted();
    while (call.loopback.requests < 2) {
      if (call.finals().length === 1) call.session.speechEnded();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = call.finals().length;
    call.utter();
    await call.untilFinals(before + 1);
    expect(call.finals().filter((text) => text !== '')).toEqual(['one two three four five', 'six seven']);
    await call.session.close();
    while (call.loopback.open > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test.each([
    [401, { code: 'provider-misconfigured', status: 401, retryable: false }],
    [404, { code: 'provider-failed', status: 404, retryable: false }],
    [503, { code: 'provider-failed', status: 503, retryable: true }],
  ])('an upgrade refused with %i', async (status, details) => {
    const call = await openCall({ fault: { kind: 'status', status } });
    const error = await call.error();
    expect(error).toMatchObject({ provider: 'openai', operation: 'stt', ...details });
    expect(error?.message).not.toContain(call.loopback.env['OPENAI_API_KEY']);
  });

  test('a refusal for now says when to come again', async () => {
    const call = await openCall({ fault: { kind: 'status', status: 429, retryAfterSeconds: 20 } });
    expect(await call.error()).toMatchObject({ status: 429, retryable: true, retryAfterMs: 20_000 });
  });

  test('a model that OpenAI does not have', async () => {
    const call = await openCall({ model: 'no-such-model' });
    expect(await call.error()).toMatchObject({ code: 'provider-misconfigured', retryable: false });
  });

  test('a connection that takes too long', async () => {
    const call = await openCall({ fault: { kind: 'slow', ms: 5_000 }, time: fast });
    call.utter();
    expect(await call.error()).toMatchObject({ code: 'provider-timeout', retryable: true });
  });

  test('nobody there', async () => {
    const env = { OPENAI_API_KEY: 'k', OPENAI_STT_BASE_URL: 'http://127.0.0.1:9/v1' };
    const call = listen(await openRecogniser(env));
    expect(await call.error()).toMatchObject({ code: 'provider-unavailable', retryable: true });
  });

  test('words that were lost with a connection come when the audio is sent again', async () => {
    const call = await openCall({ behave: (n) => (n === 0 ? { kind: 'cut', after: 6 } : undefined) });
    call.utter();
    expect(await call.error()).toMatchObject({ code: 'provider-unavailable', retryable: true });
    const again = listen(call.recogniser);
    again.utter();
    await again.untilFinals(1);
    expect(again.finals()).toEqual(['one two three four five']);
  });

  test('a message that is none', async () => {
    const call = await openCall({ fault: { kind: 'garbage', after: 3 } });
    call.utter();
    const error = await call.error();
    expect(error).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(error?.message).not.toContain('two');
  });

  test.each([{ kind: 'mute' } as const, { kind: 'stall', after: 5 } as const])(
    'after $kind the partial words serve',
    async (fault) => {
      const call = await openCall({ fault, time: fast });
      call.utter();
      await call.untilFinals(1);
      expect(call.finals()).toEqual([fault.kind === 'mute' ? '' : 'one two three']);
    },
  );

  test.each([{ kind: 'duplicate-finals' } as const, { kind: 'out-of-order' } as const])(
    'with $kind each utterance is told once, in order',
    async (fault) => {
      const call = await openCall({ fault });
      call.utter();
      call.utter();
      await call.untilFinals(2);
      expect(call.finals()).toEqual(['one two three four five', 'six seven']);
      expect(call.events.at(-1)?.type).toBe('final');
    },
  );

  test('finals that come too late are told when nothing was known, and not told again', async () => {
    const fault = { kind: 'late-finals', ms: 600 } as const;
    const call = await openCall({ fault, time: fast });
    call.utter();
    await call.untilFinals(1);
    call.utter();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['one two three four five', 'six seven']);
  });

  test('empty finals do not unsay the words', async () => {
    const call = await openCall({ fault: { kind: 'empty-finals' } });
    call.utter();
    await call.untilFinals(1);
    expect(call.finals()).toEqual(['one two three four five']);
  });

  test('speech before the connection is there is not lost', async () => {
    const call = await openCall({ fault: { kind: 'slow', ms: 200 } });
    call.utter();
    call.utter();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['one two three four five', 'six seven']);
  });

  test.each([undefined, { kind: 'mute' } as const, { kind: 'slow', ms: 5_000 } as const])(
    'closes within a second and leaves nothing open (%j)',
    async (fault) => {
      const call = await openCall(fault ? { fault } : {});
      call.utter();
      if (!fault) await call.untilFinals(1);
      const startedAt = clock.now();
      await Promise.all([call.session.close(), call.session.close()]);
      await call.recogniser.close();
      expect(clock.now() - startedAt).toBeLessThan(1_000);
      while (call.loopback.open > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  );

  test('a recogniser that was closed opens sessions that fail', async () => {
    const call = await openCall();
    await call.recogniser.close();
    expect(await listen(call.recogniser).error()).toMatchObject({ code: 'provider-unavailable' });
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import type { Clock } from '../../core/clock.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { Expectation, SpeechEvent, SpeechToText } from '../contracts.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import { type DeepgramLoopback, type DeepgramLoopbackOptions, openDeepgramLoopback } from './loopback.ts';
import { openSpeechToText } from './speech-to-text.ts';

const clock = createRealClock();
/** Waits that only pass the time pass it quickly. */
const faster = (times: number): Clock => ({
  now: () => clock.now() * times,
  at: (time, wake) => clock.at(time / times, wake),
});
const FRAME_BYTES = 160;
const HUM = Uint8Array.from({ length: 8_000 }, (_, i) => (i % 20 < 10 ? 0x20 : 0xa0));
const SILENCE = new Uint8Array(8_000).fill(0xff);

async function openRecogniser(
  env: Readonly<Record<string, string>>,
  { model, time = clock }: { readonly model?: string; readonly time?: Clock } = {},
): Promise<SpeechToText> {
  const offer = await openSpeechToText({ clock: time, env, warn: () => {} }, model);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

for (const [language, words] of [
  ['en-US', 'I would like an appointment'],
  ['he-IL', 'אני מחפשת דירה בתל אביב'],
] as const) {
  const loopback = await openDeepgramLoopback({ words: Array.from({ length: 200 }, () => words) });
  const recogniser = await openRecogniser(loopback.env);
  // A closed recogniser opens nothing any more, and the suite closes what it is given.
  const make = (): SpeechToText => ({ name: recogniser.name, open: (o) => recogniser.open(o), close: async () => {} });
  sttConformance(`deepgram, ${language}`, make, { language });
}

describe('Deepgram', () => {
  const opened: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function openCall(
    options: Partial<DeepgramLoopbackOptions> & { readonly fault?: Misbehaviour; readonly time?: Clock } = {},
    expectation?: Expectation,
  ) {
    const { fault, time, ...rest } = options;
    const loopback: DeepgramLoopback = await openDeepgramLoopback({
      words: ['one two three four five', 'six seven'],
      behave: () => fault,
      ...rest,
    });
    opened.push(() => loopback.close());
    const recogniser = await openRecogniser(loopback.env, time ? { time } : {});
    opened.push(() => recogniser.close());
    return { loopback, recogniser, ...listen(recogniser, expectation) };
  }

  function listen(recogniser: SpeechToText, expectation?: Expectation) {
    const events: SpeechEvent[] = [];
    let wake = (): void => {};
    const session = recogniser.open({
      callSid: 'CA00',
      language: 'en-US',
      onEvent: (event) => {
        events.push(event);
        wake();
      },
    });
    if (expectation) session.expect(expectation);
    const until = async (isThere: () => boolean): Promise<void> => {
      while (!isThere()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const textsOf = (type: 'partial' | 'final') => events.flatMap((event) => (event.type === type ? [event.text] : []));
    return {
      events,
      session,
      until,
      finals: () => textsOf('final'),
      partials: () => textsOf('partial'),
      untilFinals: (count: number) => until(() => textsOf('final').length >= count),
      error: async () => {
        await until(() => events.at(-1)?.type === 'error');
        const last = events.at(-1);
        return last?.type === 'error' ? last.error : undefined;
      },
      hear: (audio: Uint8Array) => {
        for (let i = 0; i < audio.length; i += FRAME_BYTES) session.write(audio.subarray(i, i + FRAME_BYTES));
      },
      utter(audio = HUM) {
        session.speechStarted();
        this.hear(audio);
        session.speechEnded();
      },
    };
  }

  test('shows the words as they grow, and gives them when the speech has ended', async () => {
    const call = await openCall();
    call.utter();
    await call.untilFinals(1);
    call.hear(SILENCE);
    call.utter();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['one two three four five', 'six seven']);
    expect(call.partials().slice(0, 3)).toEqual(['one', 'one two', 'one two three']);
    expect(call.loopback.commands).toEqual(['Finalize', 'Finalize']);
  });

  test('an end of speech without new audio asks for nothing', async () => {
    const call = await openCall();
    call.utter();
    await call.untilFinals(1);
    call.session.speechStarted();
    call.session.speechEnded();
    await call.untilFinals(2);
    expect(call.finals()).toEqual(['one two three four five', '']);
    expect(call.loopback.commands).toEqual(['Finalize']);
  });

  test('a caller too quiet for our own detector is understood all the same', async () => {
    const call = await openCall();
    call.hear(HUM);
    call.hear(SILENCE);
    await call.untilFinals(1);
    expect(call.finals()).toEqual(['one two three four five']);
  });

  test('what is asked for in the same breath becomes key terms', async () => {
    const call = await openCall({}, { kind: 'choice', phrases: ['rothschild', 'dizengoff'] });
    call.utter();
    await call.untilFinals(1);
    const { searchParams } = new URL(call.loopback.urls[0] ?? '', 'http://x');
    expect(searchParams.getAll('keyterm')).toEqual(['rothschild', 'dizengoff']);
  });

  test('a muted line is kept alive', async () => {
    const call = await openCall({ idleMs: 600, time: faster(10) });
    call.utter();
    await call.untilFinals(1);
    while (call.loopback.commands.filter((type) => type === 'KeepAlive').length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    call.utter();
    await call.untilFinals(2);
    expect(call.events.filter(({ type }) => type === 'error')).toEqual([]);
  });

  test('a line that Deepgram finds idle is an error that may pass', async () => {
    const call = await openCall({ idleMs: 50 });
    expect(await call.error()).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(String((await call.error())?.message)).toContain('NET-0001');
  });

  test.each([
    [401, { code: 'provider-misconfigured', status: 401, retryable: false }],
    [402, { code: 'provider-failed', status: 402, retryable: false }],
    [400, { code: 'provider-failed', status: 400, retryable: false }],
    [500, { code: 'provider-failed', status: 500, retryable: true }],
  ])('an upgrade refused with %i', async (status, details) => {
    const call = await openCall({ fault: { kind: 'status', status } });
    expect(await call.error()).toMatchObject({ provider: 'deepgram', operation: 'stt', ...details });
  });

  test('a refusal for now says when to come again', async () => {
    const call = await openCall({ fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    const error = await call.error();
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 7_000 });
    expect(error?.message).toContain('TOO_MANY_REQUESTS');
    expect(error?.message).not.toContain(call.loopback.env['DEEPGRAM_API_KEY']);
  });

  test('a connection that takes too long', async () => {
    const call = await openCall({ fault: { kind: 'slow', ms: 5_000 }, time: faster(4) });
    call.utter();
    expect(await call.error()).toMatchObject({ code: 'provider-timeout', retryable: true });
  });

  test('nobody there', async () => {
    const call = listen(await openRecogniser({ DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'http://127.0.0.1:9' }));
    expect(await call.error()).toMatchObject({ code: 'provider-unavailable', retryable: true });
  });

  test('a connection that is cut in the middle', async () => {
    const call = await openCall({ fault: { kind: 'cut', after: 2 } });
    call.utter();
    expect(await call.error()).toMatchObject({ code: 'provider-unavailable', retryable: true });
    expect(call.partials()).toEqual(['one', 'one two']);
    const events = call.events.length;
    call.utter();
    expect(call.events.length).toBe(events);
  });

  test('words that were lost with a connection come when the audio is sent again', async () => {
    const call = await openCall({ behave: (n) => (n === 0 ? { kind: 'cut', after: 3 } : undefined) });
    call.utter();
    await call.error();
    const again = listen(call.recogniser);
    again.utter();
    await again.untilFinals(1);
    expect(again.finals()).toEqual(['one two three four five']);
  });

  test('a message that is none', async () => {
    const call = await openCall({ fault: { kind: 'garbage', after: 1 } });
    call.utter();
    const error = await call.error();
    expect(error).toMatchObject({ code: 'provider-failed', retryable: true });
    expect(error?.message).not.toContain('two');
  });

  test.each([{ kind: 'mute' } as const, { kind: 'stall', after: 3 } as const])(
    'after $kind the partial words serve',
    async (fault) => {
      const call = await openCall({ fault, time: faster(4) });
      call.utter();
      await call.untilFinals(1);
      expect(call.finals()).toEqual([fault.kind === 'mute' ? '' : 'one two three']);
    },
  );

  test('finals that come twice, and interim results that come too late, are told once', async () => {
    for (const kind of ['duplicate-finals', 'out-of-order'] as const) {
      const call = await openCall({ fault: { kind } });
      call.utter();
      call.utter();
      await call.untilFinals(2);
      expect(call.finals()).toEqual(['one two three four five', 'six seven']);
      expect(call.events.at(-1)?.type).toBe('final');
    }
  });

  test('finals that come too late are not told again', async () => {
    const call = await openCall({ fault: { kind: 'late-finals', ms: 300 }, time: faster(4) });
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

  test('ten seconds of audio before the connection is there are not lost', async () => {
    const call = await openCall({ fault: { kind: 'slow', ms: 200 } });
    for (let i = 0; i < 9; i++) call.hear(SILENCE);
    call.utter();
    await call.untilFinals(1);
    expect(call.finals()).toEqual(['one two three four five']);
  });

  test('positions hold when the oldest audio had to be dropped', async () => {
    const call = await openCall({ fault: { kind: 'slow', ms: 200 } });
    for (let i = 0; i < 25; i++) call.hear(SILENCE);
    call.utter();
    await call.untilFinals(1);
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

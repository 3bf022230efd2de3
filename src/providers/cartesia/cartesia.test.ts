import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, ProviderContext, TextToSpeech } from '../contracts.ts';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';
import { type CartesiaLoopback, openCartesiaLoopback } from './loopback.ts';
import { openTextToSpeech } from './text-to-speech.ts';

const clock = createRealClock();
const SENTENCE = 'Your appointment is on Tuesday.';
const SENTENCE_BYTES = SENTENCE.length * 480;
const never = new AbortController().signal;

async function openVoice(loopback: CartesiaLoopback, model?: string, context: Partial<ProviderContext> = {}) {
  const offer = await openTextToSpeech({ clock, env: loopback.env, warn: () => {}, ...context }, model);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

async function collect(stream: AsyncIterable<AudioChunk>, into: AudioChunk[] = []): Promise<AudioChunk[]> {
  for await (const chunk of stream) into.push(chunk);
  return into;
}

const bytesOf = (chunks: readonly AudioChunk[]): number => chunks.reduce((sum, { data }) => sum + data.length, 0);
const openCall = (voice: TextToSpeech, language = 'en-US') => voice.open({ callSid: 'CA00', language });

async function failure(stream: AsyncIterable<AudioChunk>): Promise<{ chunks: AudioChunk[]; error: ProviderError }> {
  const chunks: AudioChunk[] = [];
  const error = await collect(stream, chunks).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return { chunks, error: error as ProviderError };
}

for (const language of ['en-US', 'he-IL']) {
  describe(language, () => {
    let loopback: CartesiaLoopback;
    let voices: TextToSpeech[] = [];
    beforeAll(async () => {
      loopback = await openCartesiaLoopback();
      voices = [await openVoice(loopback), await openVoice(loopback)];
    });
    afterAll(async () => {
      await Promise.all(voices.map((voice) => voice.close()));
      await vi.waitFor(() => expect(loopback.open).toBe(0));
      await loopback.close();
    });
    ttsConformance('cartesia', () => voices.shift()!, { language });
  });
}

/** Opens both, runs, closes both, and nothing may be left open. */
async function withLoopback(
  behave: Behaviour,
  run: (voice: TextToSpeech, loopback: CartesiaLoopback) => Promise<void>,
) {
  const loopback = await openCartesiaLoopback({ behave });
  const voice = await openVoice(loopback);
  await run(voice, loopback);
  await voice.close();
  await vi.waitFor(() => expect(loopback.open).toBe(0));
  await loopback.close();
}

describe('the socket', () => {
  test('serves the whole call, is opened ahead, and tells how far the text has been spoken', async () => {
    await withLoopback(
      () => undefined,
      async (voice, loopback) => {
        const session = openCall(voice, 'he-IL');
        await vi.waitFor(() => expect(loopback.open).toBe(1));
        const text = 'שלום, מדברת לאה מהמשרד.';
        const chunks = await collect(session.synthesize(text, never));
        expect(chunks.map(({ spokenCharacters }) => spokenCharacters)).toEqual([11, 15, 23, 23]);
        await collect(session.synthesize('Two.', never));
        expect(loopback.connections).toBe(1);
        expect(loopback.texts).toEqual([text, 'Two.']);
        expect(loopback.generations[0]).toMatchObject({ model_id: 'sonic-3', language: 'he', voice: { mode: 'id' } });
        expect(loopback.cancelled).toEqual([]);
      },
    );
  });

  test('drops what comes for another context, for none that is known, and of a kind that is new', async () => {
    await withLoopback(
      () => ({ kind: 'slow', ms: 60 }),
      async (voice, loopback) => {
        const speaking = collect(openCall(voice).synthesize(SENTENCE, never));
        await vi.waitFor(() => expect(loopback.texts).toHaveLength(1), { interval: 2 });
        loopback.say('{"type":"chunk","context_id":"other","data":"AAAA","done":false,"status_code":206}');
        loopback.say('{"type":"done","context_id":"other","done":true,"status_code":206}');
        loopback.say('{"type":"error","context_id":"other","done":true,"status_code":400}');
        loopback.say('{"type":"news_of_next_year"}');
        expect(bytesOf(await speaking)).toBe(SENTENCE_BYTES);
      },
    );
  });

  test('carries the cancellation of a sentence, and the next one', async () => {
    await withLoopback(
      (n) => (n === 0 ? { kind: 'stall', after: 1 } : undefined),
      async (voice, loopback) => {
        const session = openCall(voice);
        const abort = new AbortController();
        const stream = session.synthesize(SENTENCE, abort.signal)[Symbol.asyncIterator]();
        expect((await stream.next()).done).toBe(false);
        const next = stream.next();
        abort.abort();
        await expect(next).rejects.toBe(abort.signal.reason);
        expect(bytesOf(await collect(session.synthesize('Next.', never)))).toBe(5 * 480);
        expect(loopback.cancelled).toEqual([SENTENCE]);
        expect(loopback.connections).toBe(1);
      },
    );
  });

  test('does not carry a sentence that was cancelled while it connected', async () => {
    await withLoopback(
      () => undefined,
      async (voice, loopback) => {
        const session = openCall(voice);
        const abort = new AbortController();
        const first = session.synthesize('Never mind.', abort.signal)[Symbol.asyncIterator]().next();
        abort.abort();
        await expect(first).rejects.toBe(abort.signal.reason);
        await collect(session.synthesize('Hello.', never));
        expect(loopback.texts).toEqual(['Hello.']);
        expect(loopback.cancelled).toEqual([]);
      },
    );
  });

  test('that died while idle is replaced for the next sentence', async () => {
    await withLoopback(
      () => undefined,
      async (voice, loopback) => {
        const session = openCall(voice);
        await collect(session.synthesize('One.', never));
        loopback.dropSockets();
        await vi.waitFor(() => expect(loopback.open).toBe(0));
        expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
        expect(loopback.connections).toBe(2);
      },
    );
  });

  test('that dies before the first byte has its sentence sent once more, and only once', async () => {
    await withLoopback(
      (n) => (n === 0 ? { kind: 'cut', after: 0 } : undefined),
      async (voice, loopback) => {
        expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
        expect(loopback.texts).toEqual([SENTENCE, SENTENCE]);
      },
    );
    await withLoopback(
      () => ({ kind: 'cut', after: 0 }),
      async (voice, loopback) => {
        const { error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(error.code).toBe('provider-unavailable');
        expect(loopback.texts).toHaveLength(2);
      },
    );
  });

  test('is given up when its pings are not answered', async () => {
    const loopback = await openCartesiaLoopback();
    const virtual = new VirtualClock();
    const voice = await openVoice(loopback, undefined, { clock: virtual });
    const session = openCall(voice);
    await collect(session.synthesize('Hello.', never));
    // No promise runs in between, so no answer to a ping is read.
    virtual.advanceTo(40_000);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await collect(session.synthesize('Hello.', never));
    expect(loopback.connections).toBe(2);
    await Promise.all([voice.close(), virtual.advance(1_000)]);
    expect(virtual.alarms).toBe(0);
    await loopback.close();
  });
});

describe('Cartesia misbehaves', () => {
  test.each([
    [401, 'provider-misconfigured', false],
    [403, 'provider-misconfigured', false],
    [402, 'provider-failed', false],
    [400, 'provider-failed', false],
    [429, 'provider-failed', true],
    [500, 'provider-failed', true],
  ] as const)('status %i, of the upgrade and of a sentence', async (status, code, retryable) => {
    const told: Misbehaviour = { kind: 'status', status, retryAfterSeconds: 3 };
    for (const behave of [() => told, (n: number) => (n === 1 ? told : undefined)]) {
      await withLoopback(behave, async (voice, loopback) => {
        const session = openCall(voice);
        if (!behave(0)) await collect(session.synthesize('Hello.', never));
        const { chunks, error } = await failure(session.synthesize(SENTENCE, never));
        expect(chunks).toEqual([]);
        expect(error).toMatchObject({ code, retryable, status, provider: 'cartesia', operation: 'tts' });
        expect(error.message).not.toContain(loopback.env['CARTESIA_API_KEY']);
        if (!behave(0)) expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
      });
    }
  });

  test('a wrong key is the operator’s to mend; nobody there may pass', async () => {
    const loopback = await openCartesiaLoopback();
    const wrong = await openVoice(loopback, undefined, { env: { ...loopback.env, CARTESIA_API_KEY: 'wrong' } });
    const { error } = await failure(openCall(wrong).synthesize(SENTENCE, never));
    expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    await wrong.close();
    await loopback.close();
    const gone = await openVoice(loopback);
    const { error: refused } = await failure(openCall(gone).synthesize(SENTENCE, never));
    expect(refused).toMatchObject({ code: 'provider-unavailable', retryable: true });
    await gone.close();
  });

  test('a slow answer within the budget is spoken, and a WAV header is not', async () => {
    for (const told of [{ kind: 'slow', ms: 200 }, { kind: 'wav-header' }] as const) {
      await withLoopback(
        () => told,
        async (voice) => {
          expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
        },
      );
    }
  });

  test.each([
    [{ kind: 'cut', after: 2 }, 2, 'provider-unavailable'],
    [{ kind: 'garbage', after: 2 }, 2, 'provider-failed'],
    [{ kind: 'no-audio' }, 0, 'provider-failed'],
    [{ kind: 'wrong-rate' }, 0, 'provider-failed'],
  ] as const)('%j: %i chunks, then %s', async (told, count, code) => {
    await withLoopback(
      () => told,
      async (voice, loopback) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(bytesOf(chunks)).toBe(count * 3_200);
        expect(error).toMatchObject({ code, retryable: true });
        expect(loopback.requests).toBe(1);
      },
    );
  });

  test.each([
    [{ kind: 'mute' }, 0, 1_000],
    [{ kind: 'stall', after: 2 }, 2, 2_000],
  ] as const)(
    '%j: after %i chunks, a timeout in %i ms, and the next sentence on a fresh socket',
    async (told, count, ms) => {
      const loopback = await openCartesiaLoopback({ behave: (n) => (n === 0 ? told : undefined) });
      const virtual = new VirtualClock();
      const voice = await openVoice(loopback, undefined, { clock: virtual });
      const session = openCall(voice);
      const chunks: AudioChunk[] = [];
      const work = collect(session.synthesize(SENTENCE, never), chunks);
      await vi.waitFor(() => expect([loopback.requests, bytesOf(chunks)]).toEqual([1, count * 3_200]), { interval: 2 });
      await Promise.all([expect(work).rejects.toMatchObject({ code: 'provider-timeout' }), virtual.advance(ms)]);
      expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
      expect(loopback.connections).toBe(2);
      expect(loopback.cancelled).toEqual([SENTENCE]);
      await Promise.all([voice.close(), virtual.advance(1_000)]);
      await vi.waitFor(() => expect(loopback.open).toBe(0));
      expect(virtual.alarms).toBe(0);
      await loopback.close();
    },
  );
});

describe('the voice', () => {
  test('is the agent’s, and says nothing without a letter', async () => {
    await withLoopback(
      () => undefined,
      async (voice, loopback) => {
        const session = voice.open({ callSid: 'CA00', language: 'en-US', voice: 'abc' });
        expect(await collect(session.synthesize('… — ?!', never))).toEqual([]);
        expect(loopback.requests).toBe(0);
        await collect(session.synthesize('Hello.', never));
        expect(loopback.generations[0]).toMatchObject({ voice: { id: 'abc' }, language: 'en' });
      },
    );
  });

  test('whose model does not know Hebrew is told once, and speaks all the same', async () => {
    const loopback = await openCartesiaLoopback();
    const told: string[] = [];
    const voice = await openVoice(loopback, 'sonic-2', { warn: (line) => told.push(line) });
    for (const callSid of ['CA00', 'CA01']) {
      await collect(voice.open({ callSid, language: 'he-IL' }).synthesize('שלום', never));
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/sonic-2 does not know he-IL.*cartesia:sonic-3/);
    expect(loopback.generations[0]).not.toHaveProperty('language');
    await voice.close();
    await loopback.close();
  });
});

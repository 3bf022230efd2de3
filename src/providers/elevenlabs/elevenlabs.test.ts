import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { ttsConformance } from '../conformance/tts.ts';
import type { AudioChunk, ProviderContext, TextToSpeech } from '../contracts.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import { type ElevenLabsLoopback, openElevenLabsLoopback } from './loopback.ts';
import { openTextToSpeech } from './text-to-speech.ts';

const clock = createRealClock();
const SENTENCE = 'Your appointment is on Tuesday.';
const SENTENCE_BYTES = SENTENCE.length * 480;
const never = new AbortController().signal;
const WAYS = [
  ['by socket', 'eleven_flash_v2_5'],
  ['by HTTP', 'eleven_v3'],
] as const;

async function openVoice(loopback: ElevenLabsLoopback, model?: string, context: Partial<ProviderContext> = {}) {
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

/** What came before the error, and the error. */
async function failure(stream: AsyncIterable<AudioChunk>): Promise<{ chunks: AudioChunk[]; error: ProviderError }> {
  const chunks: AudioChunk[] = [];
  const error = await collect(stream, chunks).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return { chunks, error: error as ProviderError };
}

for (const [way, model] of WAYS) {
  for (const language of ['en-US', 'he-IL']) {
    describe(`${way}, ${language}`, () => {
      let loopback: ElevenLabsLoopback;
      let voices: TextToSpeech[] = [];
      beforeAll(async () => {
        loopback = await openElevenLabsLoopback();
        voices = [await openVoice(loopback, model), await openVoice(loopback, model)];
      });
      afterAll(async () => {
        await Promise.all(voices.map((voice) => voice.close()));
        await vi.waitFor(() => expect(loopback.open).toBe(0));
        await loopback.close();
      });
      ttsConformance(`elevenlabs ${way}`, () => voices.shift()!, { language });
    });
  }

  const withFault = async (
    told: Misbehaviour,
    run: (voice: TextToSpeech, loopback: ElevenLabsLoopback) => Promise<void>,
  ) => {
    const loopback = await openElevenLabsLoopback({ behave: () => told });
    const voice = await openVoice(loopback, model);
    await run(voice, loopback);
    await voice.close();
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await loopback.close();
  };

  describe(`ElevenLabs misbehaves ${way}`, () => {
    test.each([
      [401, 'provider-misconfigured', false],
      [403, 'provider-misconfigured', false],
      [402, 'provider-failed', false],
      [429, 'provider-failed', true],
      [500, 'provider-failed', true],
      [503, 'provider-failed', true],
    ] as const)('status %i', async (status, code, retryable) => {
      await withFault({ kind: 'status', status, retryAfterSeconds: 3 }, async (voice, { env }) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(chunks).toEqual([]);
        expect(error).toMatchObject({ code, retryable, status, provider: 'elevenlabs', operation: 'tts' });
        expect(error.message).not.toContain(env['ELEVENLABS_API_KEY']);
        expect(error.message).not.toContain('appointment');
      });
    });

    test('a slow answer within the budget is spoken', async () => {
      await withFault({ kind: 'slow', ms: 200 }, async (voice) => {
        expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
      });
    });

    test('a stall after some audio is a timeout', async () => {
      const loopback = await openElevenLabsLoopback({ behave: () => ({ kind: 'stall', after: 2 }) });
      const virtual = new VirtualClock();
      const voice = await openVoice(loopback, model, { clock: virtual });
      const chunks: AudioChunk[] = [];
      const work = collect(openCall(voice).synthesize(SENTENCE, never), chunks);
      await vi.waitFor(() => expect(bytesOf(chunks)).toBe(2 * 3_200), { interval: 2 });
      await Promise.all([
        expect(work).rejects.toMatchObject({ code: 'provider-timeout', retryable: true }),
        virtual.advance(2_000),
      ]);
      await Promise.all([voice.close(), virtual.advance(1_000)]);
      await vi.waitFor(() => expect(loopback.open).toBe(0));
      await loopback.close();
    });

    test('a connection cut after some audio is not tried again', async () => {
      await withFault({ kind: 'cut', after: 2 }, async (voice, loopback) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(bytesOf(chunks)).toBe(2 * 3_200);
        expect(error.code).toBe('provider-unavailable');
        expect(loopback.requests).toBe(1);
      });
    });

    test('garbage after some audio ends it', async () => {
      await withFault({ kind: 'garbage', after: 1 }, async (voice) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(bytesOf(chunks)).toBeLessThanOrEqual(3_200);
        expect(error.retryable).toBe(true);
      });
    });

    test('no audio at all is an error', async () => {
      await withFault({ kind: 'no-audio' }, async (voice) => {
        const { error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(error).toMatchObject({ code: 'provider-failed', retryable: true });
      });
    });

    test('a WAV header is dropped, PCM is refused before it is heard', async () => {
      await withFault({ kind: 'wav-header' }, async (voice) => {
        expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
      });
      await withFault({ kind: 'wrong-rate' }, async (voice) => {
        const { chunks, error } = await failure(openCall(voice).synthesize(SENTENCE, never));
        expect(chunks).toEqual([]);
        expect(error.code).toBe('provider-failed');
      });
    });
  });

  test(`${way}: a text without a letter asks for nothing`, async () => {
    const loopback = await openElevenLabsLoopback();
    const voice = await openVoice(loopback, model);
    expect(await collect(openCall(voice).synthesize('… — ?!', never))).toEqual([]);
    expect(loopback.texts).toEqual([]);
    await voice.close();
    await loopback.close();
  });

  test(`${way}: a wrong key is the operator's to mend`, async () => {
    const loopback = await openElevenLabsLoopback();
    const voice = await openVoice(loopback, model, { env: { ...loopback.env, ELEVENLABS_API_KEY: 'wrong' } });
    const { error } = await failure(openCall(voice).synthesize(SENTENCE, never));
    expect(error).toMatchObject({ code: 'provider-misconfigured', retryable: false });
    await voice.close();
    await loopback.close();
  });

  test(`${way}: nobody there`, async () => {
    const loopback = await openElevenLabsLoopback();
    await loopback.close();
    const voice = await openVoice(loopback, model);
    const { error } = await failure(openCall(voice).synthesize(SENTENCE, never));
    expect(error).toMatchObject({ code: 'provider-unavailable', retryable: true });
    await voice.close();
  });
}

describe('the socket', () => {
  test('is mute: a timeout after a second, and the next sentence has a fresh one', async () => {
    const loopback = await openElevenLabsLoopback({ behave: (n) => (n === 0 ? { kind: 'mute' } : undefined) });
    const virtual = new VirtualClock();
    const voice = await openVoice(loopback, undefined, { clock: virtual });
    const session = openCall(voice);
    const failed = failure(session.synthesize(SENTENCE, never));
    await vi.waitFor(() => expect(loopback.texts).toHaveLength(1), { interval: 2 });
    await virtual.advance(1_000);
    expect((await failed).error).toMatchObject({ code: 'provider-timeout', retryable: true });
    expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
    expect(loopback.urls).toHaveLength(2);
    await Promise.all([voice.close(), virtual.advance(1_000)]);
    await loopback.close();
  });

  test('serves the whole call, is opened ahead, and tells how far the text has been spoken', async () => {
    const loopback = await openElevenLabsLoopback();
    const voice = await openVoice(loopback);
    const session = openCall(voice);
    await vi.waitFor(() => expect(loopback.open).toBe(1));
    const chunks = await collect(session.synthesize(SENTENCE, never));
    expect(chunks.map(({ spokenCharacters }) => spokenCharacters)).toEqual([7, 14, 20, 27, 31]);
    for (const text of ['One.', 'Two.', 'Three.']) await collect(session.synthesize(text, never));
    expect(loopback.urls).toHaveLength(1);
    expect(loopback.texts).toEqual([SENTENCE, 'One.', 'Two.', 'Three.']);
    await voice.close();
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await loopback.close();
  });

  test('that died while idle is replaced for the next sentence', async () => {
    const loopback = await openElevenLabsLoopback();
    const voice = await openVoice(loopback);
    const session = openCall(voice);
    await collect(session.synthesize('One.', never));
    loopback.dropSockets();
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
    await voice.close();
    await loopback.close();
  });

  test('that dies before the first byte has its sentence sent once more, and only once', async () => {
    const once = await openElevenLabsLoopback({ behave: (n) => (n === 0 ? { kind: 'cut', after: 0 } : undefined) });
    const voice = await openVoice(once);
    expect(bytesOf(await collect(openCall(voice).synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
    expect(once.texts).toEqual([SENTENCE, SENTENCE]);
    await voice.close();
    await once.close();

    const always = await openElevenLabsLoopback({ behave: () => ({ kind: 'cut', after: 0 }) });
    const other = await openVoice(always);
    const { error } = await failure(openCall(other).synthesize(SENTENCE, never));
    expect(error.code).toBe('provider-unavailable');
    expect(always.texts).toHaveLength(2);
    await other.close();
    await always.close();
  });

  test('never has more than five contexts, through twenty interruptions of sentences that come late', async () => {
    const loopback = await openElevenLabsLoopback({ behave: (n) => (n < 20 ? { kind: 'slow', ms: 60 } : undefined) });
    const voice = await openVoice(loopback);
    const session = openCall(voice);
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const first = session.synthesize(`Sentence ${i}.`, abort.signal)[Symbol.asyncIterator]().next();
      await vi.waitFor(() => expect(loopback.texts).toHaveLength(i + 1), { interval: 2 });
      abort.abort();
      await expect(first).rejects.toBe(abort.signal.reason);
    }
    expect(bytesOf(await collect(session.synthesize(SENTENCE, never)))).toBe(SENTENCE_BYTES);
    expect(loopback.mostContexts).toBeLessThanOrEqual(5);
    expect(loopback.mostContexts).toBeGreaterThan(1);
    await voice.close();
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await loopback.close();
  });

  test('does not carry a sentence that was cancelled while it connected', async () => {
    const loopback = await openElevenLabsLoopback();
    const voice = await openVoice(loopback);
    const session = openCall(voice);
    const abort = new AbortController();
    const first = session.synthesize('Never mind.', abort.signal)[Symbol.asyncIterator]().next();
    abort.abort();
    await expect(first).rejects.toBe(abort.signal.reason);
    await collect(session.synthesize('Hello.', never));
    expect(loopback.texts).toEqual(['Hello.']);
    await voice.close();
    await loopback.close();
  });

  test('is kept alive through a long silence, and given up when its pings are not answered', async () => {
    const loopback = await openElevenLabsLoopback();
    const virtual = new VirtualClock();
    const voice = await openVoice(loopback, undefined, { clock: virtual });
    const session = openCall(voice);
    await collect(session.synthesize('Hello.', never));
    for (let s = 0; s < 60; s += 5) {
      await virtual.advance(5_000);
      // The answer to a ping comes over a real socket; the keep-alive is proof that everything before it came.
      await collect(session.synthesize('Still here.', never));
    }
    await vi.waitFor(() => expect(loopback.keepAlives).toBe(1));
    expect(loopback.urls).toHaveLength(1);
    // No promise runs in between, so no answer to a ping is read.
    virtual.advanceTo(virtual.now() + 40_000);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await Promise.all([voice.close(), virtual.advance(1_000)]);
    expect(virtual.alarms).toBe(0);
    await loopback.close();
  });
});

describe('the streaming request', () => {
  test('is cut off on the wire when the sentence is cancelled', async () => {
    const loopback = await openElevenLabsLoopback({ behave: () => ({ kind: 'stall', after: 1 }) });
    const voice = await openVoice(loopback, 'eleven_v3');
    const abort = new AbortController();
    const stream = openCall(voice, 'he-IL').synthesize('שלום וברכה', abort.signal)[Symbol.asyncIterator]();
    expect((await stream.next()).done).toBe(false);
    expect(loopback.open).toBe(1);
    const next = stream.next();
    abort.abort();
    await expect(next).rejects.toBe(abort.signal.reason);
    await vi.waitFor(() => expect(loopback.open).toBe(0));
    await voice.close();
    await loopback.close();
  });

  test('that is not answered is a timeout', async () => {
    const loopback = await openElevenLabsLoopback({ behave: () => ({ kind: 'mute' }) });
    const virtual = new VirtualClock();
    const voice = await openVoice(loopback, 'eleven_v3', { clock: virtual });
    const failed = failure(openCall(voice).synthesize(SENTENCE, never));
    await vi.waitFor(() => expect(loopback.requests).toBe(1));
    await virtual.advance(3_000);
    expect((await failed).error).toMatchObject({ code: 'provider-timeout', retryable: true });
    expect(virtual.alarms).toBe(0);
    await voice.close();
    await loopback.close();
  });
});

describe('the model', () => {
  test('is chosen by the language of the call, and a voice by its id', async () => {
    const loopback = await openElevenLabsLoopback();
    const warn = vi.fn();
    const voice = await openVoice(loopback, undefined, { warn });
    await collect(openCall(voice, 'he-IL').synthesize('שלום', never));
    await collect(voice.open({ callSid: 'CA01', language: 'en-GB', voice: 'abc' }).synthesize('Hello.', never));
    expect(loopback.urls[0]).toMatch(/\/EXAVITQu4vr4xnSDxMaL\/stream\?/);
    expect(loopback.urls[1]).toMatch(/\/abc\/multi-stream-input\?model_id=eleven_flash_v2_5&.*language_code=en/);
    expect(warn).not.toHaveBeenCalled();
    await voice.close();
    await loopback.close();
  });

  test('that does not know Hebrew is told once, with the remedy, and speaks all the same', async () => {
    const loopback = await openElevenLabsLoopback();
    const lines: string[] = [];
    const voice = await openVoice(loopback, 'eleven_flash_v2_5', { warn: (line) => lines.push(line) });
    for (const callSid of ['CA00', 'CA01']) {
      const chunks = await collect(voice.open({ callSid, language: 'he-IL' }).synthesize('שלום', never));
      expect(bytesOf(chunks)).toBe(4 * 480);
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/eleven_flash_v2_5 does not know he-IL.*elevenlabs:eleven_v3/);
    await voice.close();
    await loopback.close();
  });

  test('without a key there is no voice, and a line that says how to get one', async () => {
    const offer = await openTextToSpeech({ clock, env: {}, warn: () => {} });
    expect(offer).toMatchObject({ ok: false, reason: expect.stringContaining('ELEVENLABS_API_KEY') });
  });
});

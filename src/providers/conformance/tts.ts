/** What every voice promises. Fakes and vendors' adapters run the same suite. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { AudioChunk, TextToSpeech, TextToSpeechSession } from '../contracts.ts';
import { type Advance, hostileTexts, settle } from './settle.ts';

export interface TtsConformanceOptions {
  /** Moves the clock that the voice was made with; without it the voice is expected to need no clock. */
  readonly advance?: Advance;
  /** BCP 47 of the calls; `en-US` when left out. */
  readonly language?: string;
}

const SENTENCE = 'Your appointment is on Tuesday, at half past ten, with Doctor Brown.';

export function ttsConformance(name: string, make: () => TextToSpeech, options: TtsConformanceOptions = {}): void {
  const language = options.language ?? 'en-US';
  const within = <T>(work: Promise<T>): Promise<T> => settle(work, options.advance);

  describe(`voice contract: ${name}`, () => {
    let voice: TextToSpeech;
    beforeAll(() => {
      voice = make();
    });
    afterAll(() => within(voice.close()));

    const openSession = (): TextToSpeechSession => voice.open({ callSid: 'CA00', language });
    const speak = (text: string, session = openSession()): Promise<AudioChunk[]> =>
      within(collect(session.synthesize(text, new AbortController().signal)));

    test('speaks a sentence in chunks, none of them empty', async () => {
      const chunks = await speak(SENTENCE);
      expect(chunks.length).toBeGreaterThan(0);
      for (const chunk of chunks) expect(chunk.data.length).toBeGreaterThan(0);
      expect(durationMs(chunks)).toBeGreaterThan(1_000);
      expect(durationMs(chunks)).toBeLessThan(30_000);
    });

    test('speaks a single letter and a single digit', async () => {
      expect(durationMs(await speak('I'))).toBeGreaterThan(0);
      expect(durationMs(await speak('7'))).toBeGreaterThan(0);
    });

    test('gives several sentences of several calls, asked for at once, to those who asked', async () => {
      const texts = ['No.', SENTENCE, 'Yes, of course.', SENTENCE];
      const results = await Promise.all(texts.map((text) => speak(text)));
      const [no, long, yes, again] = results.map(durationMs);
      expect(long).toBe(again);
      expect(no).toBeLessThan(yes!);
      expect(yes).toBeLessThan(long!);
    });

    test('says nothing for a request that is already cancelled', async () => {
      const reason = new Error('cancelled before the start');
      const chunks: AudioChunk[] = [];
      const work = within(collect(openSession().synthesize(SENTENCE, AbortSignal.abort(reason)), chunks));
      await expect(work).rejects.toBe(reason);
      expect(chunks).toEqual([]);
    });

    test('yields nothing after a cancellation in the middle, and throws its reason', async () => {
      const abort = new AbortController();
      const reason = new Error('the caller took the floor');
      const stream = openSession().synthesize(SENTENCE, abort.signal)[Symbol.asyncIterator]();
      expect((await within(stream.next())).done).toBe(false);
      abort.abort(reason);
      await expect(within(stream.next())).rejects.toBe(reason);
      expect((await stream.next()).done).toBe(true);
    });

    test('a cancellation while nothing has come yet is obeyed, and the next sentence is whole', async () => {
      const session = openSession();
      const whole = durationMs(await speak(SENTENCE, session));
      const abort = new AbortController();
      const first = session.synthesize(SENTENCE, abort.signal)[Symbol.asyncIterator]().next();
      abort.abort();
      await within(Promise.allSettled([first]));
      expect(durationMs(await speak(SENTENCE, session))).toBe(whole);
    });

    test('a listener that leaves early holds nothing up', async () => {
      const session = openSession();
      const stream = session.synthesize(SENTENCE, new AbortController().signal)[Symbol.asyncIterator]();
      await within(stream.next());
      await within(Promise.resolve(stream.return?.(undefined)));
      expect((await speak('Hello again.', session)).length).toBeGreaterThan(0);
    });

    test.each(hostileTexts)('survives %s', async (_label, text) => {
      const chunks: AudioChunk[] = [];
      const outcome = await within(
        collect(openSession().synthesize(text, new AbortController().signal), chunks).catch((error: unknown) => error),
      );
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ProviderError);
      else expect(chunks.length > 0).toBe(isSpeakable(text));
      expect((await speak('Hello again.')).length).toBeGreaterThan(0);
    });

    test('closes twice, and never hangs afterwards', async () => {
      const brief = make();
      const session = brief.open({ callSid: 'CA00', language });
      const begun = collect(session.synthesize(SENTENCE, new AbortController().signal));
      begun.catch(() => {}); // whether it was spoken before the close is not the question here
      await within(Promise.all([session.close(), session.close()]));
      await within(Promise.allSettled([begun]));
      await within(Promise.all([brief.close(), brief.close()]));
      await within(brief.close());
      await within(Promise.allSettled([collect(session.synthesize(SENTENCE, new AbortController().signal))]));
    });
  });
}

async function collect(stream: AsyncIterable<AudioChunk>, into: AudioChunk[] = []): Promise<AudioChunk[]> {
  for await (const chunk of stream) into.push(chunk);
  return into;
}

function durationMs(chunks: readonly AudioChunk[]): number {
  let ms = 0;
  for (const chunk of chunks) {
    ms += (chunk.data.length * 1000) / (chunk.encoding === 'mulaw' ? 8000 : chunk.sampleRateHz);
  }
  return ms;
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { testContext } from '../conformance/context.ts';
import { sttConformance } from '../conformance/stt.ts';
import type { Expectation, SpeechEvent, SpeechToText } from '../contracts.ts';
import { createFlite } from '../flite/client.ts';
import { isPocketsphinxAvailable } from './availability.ts';
import { createPocketsphinx } from './client.ts';

const clock = new VirtualClock();
const context = testContext(clock);
const available = await isPocketsphinxAvailable(context);
const suite = available.ok ? 'with the library' : `not run: ${available.reason}`;

const flite = createFlite(context);
afterAll(() => flite.close());

/** A caller's words as they come from the line: 300 ms of faint noise around them. */
async function say(text: string, voice = 'rms'): Promise<Uint8Array> {
  const session = flite.open({ callSid: 'CA00', language: 'en-US', voice });
  const chunks: Uint8Array[] = [hiss(), hiss()];
  for await (const { data } of session.synthesize(text, new AbortController().signal)) {
    chunks.splice(-1, 0, data as Uint8Array);
  }
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

function hiss(): Uint8Array {
  return Uint8Array.from({ length: 2_400 }, (_, i) => 0xff - ((i * 7_919) % 3));
}

/** What the recogniser makes of one utterance. */
async function hear(recogniser: SpeechToText, audio: Uint8Array, expectation?: Expectation): Promise<SpeechEvent[]> {
  const events: SpeechEvent[] = [];
  const ended = Promise.withResolvers<void>();
  const session = recogniser.open({
    callSid: 'CA00',
    language: 'en-US',
    onEvent: (event) => {
      events.push(event);
      if (event.type !== 'partial') ended.resolve();
    },
  });
  if (expectation) session.expect(expectation);
  // Speech is noticed 200 ms late: the session starts from its own pre-roll.
  session.write(audio.subarray(0, 1_600));
  session.speechStarted();
  for (let from = 1_600; from < audio.length; from += 160) session.write(audio.subarray(from, from + 160));
  session.speechEnded();
  await ended.promise;
  await session.close();
  return events;
}

const finalOf = (events: readonly SpeechEvent[]) => {
  const last = events.at(-1);
  return last?.type === 'final' ? last.text : last;
};

describe.skipIf(!available.ok)(suite, () => {
  sttConformance('pocketsphinx', () => createPocketsphinx(context), { speech: () => say('tomorrow please') });

  describe('recognition', () => {
    let recogniser: SpeechToText;
    const warnings: string[] = [];
    beforeAll(() => {
      recogniser = createPocketsphinx({ ...context, warn: (message) => warnings.push(message) });
    });
    afterAll(() => recogniser.close());

    test.each<[string, Expectation, string]>([
      ['yes please', { kind: 'yes-no' }, 'yes please'],
      ['next Tuesday at half past ten', { kind: 'date' }, 'next tuesday at half past ten'],
      ['zero two nine eight', { kind: 'digits' }, 'zero two nine eight'],
      ['I would like to book an appointment', { kind: 'open' }, 'i would like to book an appointment'],
      ['root canal please', { kind: 'choice', phrases: ['cleaning', 'root canal'] }, 'root canal please'],
      ['doctor brown', { kind: 'choice', grammar: '[doctor] (brown | green)' }, 'doctor brown'],
    ])('hears %j', async (words, expectation, expected) => {
      expect(finalOf(await hear(recogniser, await say(words), expectation))).toBe(expected);
    });

    test('listens for anything built in until it is told what to expect', async () => {
      expect(finalOf(await hear(recogniser, await say('what are your opening hours')))).toBe(
        'what are your opening hours',
      );
    });

    test('shows words while they are spoken, each partial once', async () => {
      const events = await hear(recogniser, await say('my name is john smith'), { kind: 'name' });
      const partials = events.slice(0, -1).map((event) => (event.type === 'partial' ? event.text : event.type));
      expect(partials.length).toBeGreaterThan(1);
      expect(partials.every((text, i) => text !== '' && text !== partials[i - 1])).toBe(true);
    });

    test('gives no words for speech that no answer fits', async () => {
      const strange = ['the weather is lovely in the mountains', 'i would like a large pizza', 'purple elephants'];
      for (const words of strange) {
        expect(finalOf(await hear(recogniser, await say(words), { kind: 'yes-no' })), words).toBe('');
      }
    });

    test('gives no words for noise', async () => {
      const noise = Uint8Array.from({ length: 8_000 }, (_, i) => (i * i * 31) % 256);
      expect(finalOf(await hear(recogniser, noise, { kind: 'digits' }))).toBe('');
    });

    test('listens without the words that it cannot pronounce, and tells it once', async () => {
      const expectation: Expectation = { kind: 'choice', grammar: 'frobnitzel | tuesday' };
      for (let i = 0; i < 2; i++)
        expect(finalOf(await hear(recogniser, await say('Tuesday'), expectation))).toBe('tuesday');
      expect(warnings.filter((message) => message.includes('frobnitzel')).length).toBe(1);
    });

    test('goes on after hundreds of calls, when its thread is replaced', async () => {
      const options = { callSid: 'CA00', language: 'en-US', onEvent: () => {} };
      const open = recogniser.open(options);
      for (let i = 0; i < 600; i++) await recogniser.open(options).close();
      await open.close();
      expect(finalOf(await hear(recogniser, await say('yes please'), { kind: 'yes-no' }))).toBe('yes please');
    });

    test('a grammar that cannot be read is replaced by its kind', async () => {
      const expectation: Expectation = { kind: 'yes-no', grammar: '((yes ;' };
      expect(finalOf(await hear(recogniser, await say('yes please'), expectation))).toBe('yes please');
    });

    test('speech of a minute is heard to its end', async () => {
      const words = await say('zero two nine eight');
      const silence = new Uint8Array(8_000).fill(0xff);
      const long = Array.from({ length: 24 }, () => [...words, ...silence]).flat();
      const expectation: Expectation = { kind: 'digits', grammar: '(zero two nine eight)+' };
      const text = String(finalOf(await hear(recogniser, Uint8Array.from(long), expectation)));
      expect(text.split('eight').length).toBeGreaterThan(20);
    });
  });
});

describe('a recogniser that cannot listen', () => {
  async function failure(env: Record<string, string>, language: string): Promise<SpeechEvent[]> {
    const recogniser = createPocketsphinx(testContext(clock, env));
    const events: SpeechEvent[] = [];
    const failed = Promise.withResolvers<void>();
    const session = recogniser.open({
      callSid: 'CA00',
      language,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'error') failed.resolve();
      },
    });
    session.speechStarted();
    session.speechEnded();
    session.speechEnded();
    await clock.advance(1);
    await failed.promise;
    session.speechEnded();
    session.write(new Uint8Array(160));
    await recogniser.close();
    return events;
  }

  test('a thread that dies gives the finals that it owes, then the error, then nothing', async () => {
    const events = await failure({ KAV_POCKETSPHINX_MODEL: '/nonexistent' }, 'en-US');
    expect(events).toEqual([
      { type: 'final', text: '' },
      { type: 'final', text: '' },
      { type: 'error', error: expect.objectContaining({ code: 'provider-failed', retryable: true }) },
    ]);
  });

  test('another language than English is an error', async () => {
    const events = await failure({}, 'he-IL');
    expect(events.at(-1)).toEqual({
      type: 'error',
      error: expect.objectContaining({ code: 'provider-misconfigured', message: expect.stringContaining('he-IL') }),
    });
  });
});

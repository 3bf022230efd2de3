/**
 * Nothing changed, nothing different: decided again with its own settings, every decision of a recorded call comes out
 * as it happened, at the same millisecond. A failure prints the seed of its call.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DELAYS } from '../eval/call/settings.ts';
import { corpusFile, unit } from '../eval/corpus/tiny-corpus.fixture.ts';
import { runCorpus } from '../eval/run.ts';
import type { ReadJournal } from '../src/call/journal.ts';
import { createCannedRecogniser } from '../src/providers/scripted/canned-session.ts';
import { usualLatency } from '../src/tuning/latency.ts';
import { recordingOf } from '../src/tuning/recording.ts';
import { TunedCall } from '../src/tuning/tuner.ts';
import { hangUp, type Office, say, sayOver, wait, waitForAgent, wholeCall } from './scenarios/whole-call.ts';

/** Every decision, with how it comes out when nothing is changed; its number. */
function expectSame(journal: ReadJournal, label: string): number {
  const call = new TunedCall(recordingOf(journal));
  expect(call.recording.leftOut, label).toBe(0);
  const happened = call.happened();
  expect(call.decide(call.recording.settings, usualLatency(call.timings)), label).toEqual(happened);
  return Object.values(happened).reduce((sum, decisions) => sum + decisions.length, 0);
}

const words = [
  'I would like a table for',
  'four please',
  'my number is 415 555',
  'mhm',
  '',
  'yes',
  'what time do you open',
];

/** Hears one of the texts in each utterance, or nothing. */
const recogniser = (texts: readonly string[], finalMs: number) => (clock: Office['clock']) => {
  let next = 0;
  return createCannedRecogniser({
    name: 'texts',
    caveat: '',
    clock,
    textOf: () => texts[next++ % texts.length]!,
    finalMs,
  });
};

const between = (min: number, max: number) => fc.integer({ min, max });
const callerStep = fc.oneof(
  between(80, 2_500).map((ms) => say(ms)),
  fc.tuple(between(80, 1_800), between(0, 2_500)).map(([ms, afterMs]) => sayOver(ms, afterMs)),
  between(50, 1_600).map(wait),
  between(7_000, 11_000).map(wait),
  fc.constant(waitForAgent),
);
const anyCall = fc.record({
  steps: fc.array(callerStep, { minLength: 2, maxLength: 10 }),
  texts: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }),
  finalMs: between(10, 900),
  brainMs: fc.constantFrom(0, 150, 700, 2_600),
  settings: fc.record({
    endpointing: fc.constantFrom('rules' as const, 'fixed' as const),
    endpointingMs: between(200, 900),
    speculative: fc.boolean(),
    bargeInMs: fc.constantFrom(80, 120, 200),
  }),
});

describe('with its own settings', () => {
  test('every call of the evaluation', async () => {
    const dictation = unit('turn', 1_500, 5_600, {
      segments: [
        { startMs: 1_500, endMs: 3_400, text: 'my number is four one five' },
        { startMs: 4_300, endMs: 5_600, text: 'five five five zero one three two' },
      ],
    });
    const over = unit('barge-in', 9_500, 10_400, { cue: { nth: 1, offsetMs: 1_500 } });
    const files = [
      corpusFile('dictation', [dictation, over], { windows: [{ startMs: 8_000, endMs: 14_000 }] }),
      corpusFile('talk', [unit('turn', 1_500, 2_600), unit('turn', 5_200, 6_500)]),
    ];
    for (const env of [{}, { KAV_ENDPOINTING: 'fixed' }, { EOU_MS: '900' }, { BARGE_IN: 'false' }]) {
      const settings = { name: '', env: { KAV_VAD: 'rms', ...env }, delays: DEFAULT_DELAYS };
      const { calls } = await runCorpus({ name: '', files, remarks: [] }, settings, { isReal: false, calls: 1 });
      for (const { id, observation } of calls) expect(expectSame(observation, id)).toBeGreaterThan(1);
    }
  });

  test('calls in which anything is said at any time', { timeout: 60_000 }, async () => {
    let decisions = 0;
    await fc.assert(
      fc.asyncProperty(anyCall, async ({ brainMs, finalMs, settings, steps, texts }) => {
        const env = { KAV_FAKE_BRAIN_MS: `${brainMs}` };
        const options = { stt: recogniser(texts, finalMs), settings, env, forMs: 60_000 };
        const { journal } = await wholeCall([...steps, waitForAgent, hangUp], options);
        decisions += expectSame(journal, 'a whole call');
      }),
      { numRuns: 30 },
    );
    expect(decisions).toBeGreaterThan(100);
  });
});

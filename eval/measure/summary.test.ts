import { describe, expect, test } from 'vitest';
import type { CallMeasures } from './measures.ts';
import { type MeasuredCall, quantile, summarise } from './summary.ts';

const NOTHING: CallMeasures = {
  turns: 10,
  gaps: [],
  premature: 0,
  missed: 0,
  double: 0,
  bargeInMs: [],
  bargeIns: 0,
  missedBargeIns: 0,
  events: 0,
  falseBargeIns: 0,
  resumed: 0,
  noSpeechReplies: 0,
  heardErrors: [],
  deadAirMs: 0,
  mistakes: [],
};

const call = (more: Partial<CallMeasures>, about: Partial<MeasuredCall> = {}): MeasuredCall => ({
  id: 'a',
  category: 'clean',
  ...about,
  measures: { ...NOTHING, ...more },
});

const failed = (...calls: MeasuredCall[]) =>
  summarise(calls)
    .verdicts.filter(({ passed }) => !passed)
    .map(({ name }) => name);

const gaps = (...kavMs: number[]) => kavMs.map((ms) => ({ gapMs: ms + 100, kavMs: ms }));

test('the quantile is the smallest value that enough of all do not exceed', () => {
  expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(9);
  expect(quantile([7], 0.95)).toBe(7);
  expect(quantile([], 0.5)).toBeUndefined();
});

test('rows add up by category, by noise, and in all', () => {
  const noise = { type: 'white', snrDb: 20 };
  const summary = summarise([
    call({ gaps: gaps(100, 300), premature: 1, deadAirMs: 500, heardErrors: [0, 1] }),
    call({ gaps: gaps(200), missed: 2, deadAirMs: 900 }, { category: 'noise', noise }),
  ]);
  expect(summary.categories.map(({ name, turns }) => [name, turns])).toEqual([
    ['clean', 10],
    ['noise', 10],
  ]);
  expect(summary.noises.map(({ name }) => name)).toEqual(['no noise', 'white 20 dB']);
  expect(summary.total).toMatchObject({
    calls: 2,
    turns: 20,
    kavP50Ms: 200,
    gapP90Ms: 400,
    premature: 1,
    missed: 2,
    deadAirMs: 900,
    heardError: 1,
  });
});

describe('limits', () => {
  test('all is well with nothing to say against it', () => {
    expect(failed(call({ gaps: gaps(400, 450, 800), bargeInMs: [200, 240], bargeIns: 2 }))).toEqual([]);
  });

  test.each([
    ['premature replies per turn', { premature: 1 }],
    ['missed replies', { missed: 1 }],
    ['double replies', { double: 1 }],
    ["Kav's share of the gap, p50", { gaps: gaps(460) }],
    ["Kav's share of the gap, p90", { gaps: gaps(100, 100, 1_000) }],
    ['barge-in to silence, p95', { bargeInMs: [100, 100, 500], bargeIns: 3 }],
    ['missed barge-ins', { missedBargeIns: 1, bargeIns: 1 }],
    ['false barge-ins per event', { events: 10, falseBargeIns: 1, resumed: 1 }],
    ['false barge-ins not resumed', { events: 100, falseBargeIns: 1, resumed: 0 }],
    ['replies to no-speech', { noSpeechReplies: 1 }],
    ['heard text, worst turn', { heardErrors: [2] }],
  ] as const)('%s', (name, measures) => {
    expect(failed(call(measures))).toEqual([name]);
  });

  test('noise and music may cost twice as much, other voices and less than 10 dB whatever they cost', () => {
    const clean = call({ gaps: gaps(200) });
    const noisy = (type: string, snrDb: number, ms: number, category = 'noise') =>
      call({ gaps: gaps(ms) }, { category, noise: { type, snrDb } });
    expect(failed(clean, noisy('white', 10, 400))).toEqual([]);
    expect(failed(clean, noisy('white', 10, 410))).toEqual(['noise, steady noise']);
    expect(failed(clean, noisy('white', 9, 410), noisy('voices', 20, 410))).toEqual([]);
    const pauses = call({ gaps: gaps(300) }, { category: 'pauses' });
    expect(failed(clean, pauses, noisy('hum', 10, 600, 'pauses'), noisy('hum', 10, 600, 'pauses-noise'))).toEqual([]);
    expect(failed(clean, pauses, noisy('hum', 10, 610, 'pauses-noise'))).toEqual(['pauses-noise, steady noise']);
  });
});

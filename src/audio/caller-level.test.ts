import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallerLevel } from './caller-level.ts';

/** Syllables: loud, softer, nearly gone. */
const SENTENCE = Array.from({ length: 75 }, (_, i) => [1, 0.7, 0.4, 0.1][i % 4]!);

function learned(...parts: readonly { readonly loudest: number; readonly sentences: number }[]): CallerLevel {
  const level = new CallerLevel();
  for (const { loudest, sentences } of parts) {
    for (let i = 0; i < sentences; i++) for (const share of SENTENCE) level.learn(share * loudest);
  }
  return level;
}

test('one sentence is enough to know the loud syllables', () => {
  const { rms } = learned({ loudest: 2_000, sentences: 1 });
  expect(rms).toBeGreaterThan(1_600);
  expect(rms).toBeLessThanOrEqual(2_000);
});

test('a word is not', () => {
  const level = new CallerLevel();
  for (let i = 0; i < 14; i++) level.learn(2_000);
  expect(level.rms).toBe(0);
  level.learn(2_000);
  expect(level.rms).toBeGreaterThan(1_900);
});

test('a radio before the caller and after takes nothing away', () => {
  const before = learned({ loudest: 350, sentences: 20 }, { loudest: 2_000, sentences: 1 });
  expect(before.rms).toBeGreaterThan(1_600);
  const after = learned({ loudest: 2_000, sentences: 1 }, { loudest: 350, sentences: 10 });
  expect(after.rms).toBeGreaterThan(1_400);
});

test('a caller who has put the telephone down on the table is known in the end', () => {
  expect(learned({ loudest: 2_000, sentences: 2 }, { loudest: 600, sentences: 80 }).rms).toBeLessThan(700);
});

test('never louder than the loudest, never softer than the softest', () => {
  const frames = fc.array(fc.double({ min: 1, max: 32_124, noNaN: true }), { minLength: 15, maxLength: 500 });
  fc.assert(
    fc.property(frames, (all) => {
      const level = new CallerLevel();
      for (const rms of all) level.learn(rms);
      expect(level.rms).toBeLessThanOrEqual(Math.max(...all));
      expect(level.rms).toBeGreaterThan(0);
    }),
  );
});

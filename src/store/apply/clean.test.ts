import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../../core/fact.ts';
import { cleanFact, timeOf, whole } from './clean.ts';

test('every string becomes one that PostgreSQL takes, in a text and in JSON, and good ones stay as they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (any, good) => {
      const fact = { outcome: { slots: { [any]: any, good } }, list: [any] } as unknown as Fact;
      const text = JSON.stringify(cleanFact(fact));
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      if (!good.includes('\0')) expect(JSON.parse(text).outcome.slots.good).toBe(good.toWellFormed());
    }),
  );
});

test('numbers that no column holds', () => {
  expect([1.5, -0.2, Number.NaN, Number.POSITIVE_INFINITY, 1e300].map(whole)).toEqual([2, -0, 0, 0, 1e12]);
  const at = '2026-01-01T00:00:00Z';
  expect(cleanFact({ at } as Fact).at).toBe(at);
  expect(timeOf(cleanFact({ at: 'yesterday' } as Fact).at).getTime()).toBeGreaterThan(Date.parse(at));
});

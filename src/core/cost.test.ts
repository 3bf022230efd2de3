import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addUse, billedMinutes, costOf, type Prices, type Used } from './cost.ts';

const PRICES: Prices = {
  currency: 'USD',
  carrier: { perMinute: 0.0125 },
  stt: { google: { perMinute: 0.016 } },
  brain: { openai: { perMillionInputTokens: 0.25, perMillionOutputTokens: 2 } },
  tts: { google: { perMillionCharacters: 30 } },
};

const USED: readonly Used[] = [
  { operation: 'carrier', provider: 'twilio', unit: 'minutes', amount: 2 },
  { operation: 'stt', provider: 'google', unit: 'seconds', amount: 90 },
  { operation: 'brain', provider: 'openai', unit: 'input-tokens', amount: 4_000 },
  { operation: 'brain', provider: 'openai', unit: 'output-tokens', amount: 200 },
  { operation: 'tts', provider: 'google', unit: 'characters', amount: 500 },
];

test('a call by the price list', () => {
  const { currency, items, total } = costOf(USED, PRICES);
  expect(currency).toBe('USD');
  expect(items.map(({ cost }) => cost)).toEqual([0.025, 0.024, 0.001, 0.0004, 0.015]);
  expect(total).toBe(0.0654);
});

test('what has no price costs nothing that anybody knows, and is there all the same', () => {
  const { items, total } = costOf(USED, { currency: 'EUR' });
  expect(total).toBe(0);
  expect(items).toEqual(USED);
});

test('each unit of each provider is one item, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...USED), { maxLength: 40 }), (uses) => {
      const added = uses.reduce(addUse, [] as readonly Used[]);
      const names = added.map(({ operation, provider, unit }) => `${operation} ${provider} ${unit}`);
      expect(new Set(names).size).toBe(names.length);
      const sum = (list: readonly Used[]): number => list.reduce((total, { amount }) => total + amount, 0);
      expect(sum(added)).toBe(sum(uses));
    }),
  );
});

test.each([
  [0, 1],
  [59_999, 1],
  [60_000, 1],
  [60_001, 2],
])('%i ms are billed as %i minutes', (ms, minutes) => {
  expect(billedMinutes(ms)).toBe(minutes);
});

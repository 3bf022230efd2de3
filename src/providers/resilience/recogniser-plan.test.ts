import { describe, expect, test } from 'vitest';
import { chooseProvider, reopenDelayMs } from './recogniser-plan.ts';

const all = () => true;

describe('which recogniser is next', () => {
  test.each([
    ['the first at the beginning', { last: undefined, again: false }, 0],
    ['the same one after a drop', { last: 1, again: true }, 1],
    ['the next one after a failure', { last: 1, again: false }, 2],
    ['the first again after the last', { last: 2, again: false }, 0],
  ])('%s', (_, how, expected) => {
    expect(chooseProvider({ count: 3, ...how, admits: all })).toBe(expected);
  });

  test('those that are not admitted are passed over', () => {
    expect(chooseProvider({ count: 3, last: 1, again: true, admits: (index) => index === 0 })).toBe(0);
    expect(chooseProvider({ count: 3, last: undefined, again: false, admits: (index) => index > 1 })).toBe(2);
    expect(chooseProvider({ count: 3, last: 0, again: false, admits: () => false })).toBeUndefined();
  });

  test('one alone is its own successor', () => {
    expect(chooseProvider({ count: 1, last: 0, again: false, admits: all })).toBe(0);
  });
});

test('no wait while the chain has not been tried, then 250 ms, doubled up to 2 s', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => reopenDelayMs(failures, 2));
  expect(delays).toEqual([0, 0, 250, 500, 1_000, 2_000, 2_000, 2_000]);
});

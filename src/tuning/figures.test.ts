import { describe, expect, test } from 'vitest';
import { type Figures, figuresOf, suggest } from './figures.ts';
import { emptyTally } from './tally.ts';

const before: Figures = {
  ...figuresOf({
    ...emptyTally(),
    gapsMs: Array.from({ length: 400 }, () => 800),
    turns: 400,
    premature: 8,
    falseStops: 4,
  }),
  bargeInP50Ms: 150,
  bargeIns: 20,
};
const row = (name: string, change: Partial<Figures>) => ({ name, figures: { ...before, ...change } });

describe('a suggestion', () => {
  test.each([
    ['sooner at no cost', { gapMeanMs: 700 }, 'better-in-everything'],
    ['fewer mistakes at no cost', { premature: 5 }, 'better-in-everything'],
    ['much sooner for one premature turn in two hundred', { gapMeanMs: 700, premature: 10 }, 'much-for-little'],
    ['half of the mistakes for a little time', { gapMeanMs: 830, premature: 1, falseStops: 1 }, 'much-for-little'],
  ])('%s', (_name, change, why) => {
    expect(suggest(before, [row('X=1', change)])).toEqual({ name: 'X=1', why });
  });

  test.each([
    ['a few milliseconds', { gapMeanMs: 790 }],
    ['much sooner for too many premature turns', { gapMeanMs: 600, premature: 11 }],
    ['sooner, but callers are talked over', { gapMeanMs: 600, talkedOver: 1 }],
    ['sooner, but slow to stop', { gapMeanMs: 700, bargeInP50Ms: 190 }],
    ['fewer mistakes for much time', { gapMeanMs: 900, premature: 0 }],
    ['one mistake fewer', { premature: 7 }],
  ])('not %s', (_name, change) => {
    expect(suggest(before, [row('X=1', change)])).toBeUndefined();
  });

  test('of several the one that is better in everything, then the one with the fewest mistakes', () => {
    const rows = [
      row('A', { gapMeanMs: 500, premature: 10 }),
      row('B', { gapMeanMs: 700 }),
      row('C', { gapMeanMs: 770, premature: 2 }),
    ];
    expect(suggest(before, rows)?.name).toBe('C');
  });

  test('none from too few turns', () => {
    expect(suggest({ ...before, turns: 99 }, [row('X=1', { gapMeanMs: 500 })])).toBeUndefined();
  });
});

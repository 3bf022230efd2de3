import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

test('quantiles are right to a tenth of a millisecond, also after a merge', () => {
  const low = new Histogram();
  const high = new Histogram();
  for (let i = 1; i <= 50; i++) low.add(i / 10);
  for (let i = 51; i <= 100; i++) high.add(i / 10);
  low.merge(high);
  expect(low.count).toBe(100);
  expect([0, 0.5, 0.99, 1].map((share) => low.quantile(share))).toEqual([0.1, 5, 9.9, 10]);
});

test('what was added since is known by the difference', () => {
  const all = new Histogram();
  all.add(50);
  const before = new Histogram();
  before.merge(all);
  all.add(3);
  const later = all.since(before);
  expect([later.count, later.quantile(1)]).toEqual([1, 3]);
});

test('nothing has no quantile but 0, and much is 100', () => {
  const histogram = new Histogram();
  expect(histogram.quantile(0.5)).toBe(0);
  histogram.add(5_000);
  histogram.add(-1);
  expect([histogram.quantile(0.5), histogram.quantile(1)]).toEqual([0, 100]);
});

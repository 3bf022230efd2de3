import { describe, expect, test } from 'vitest';
import { FirstTokenTimes } from './first-token.ts';

const record = (times: FirstTokenTimes, ...ms: readonly number[]) => {
  for (const time of ms) times.record('acme', time);
};

describe('the times of first tokens', () => {
  test('are the usual ones until twenty are known', () => {
    const times = new FirstTokenTimes();
    record(times, ...Array<number>(19).fill(300));
    expect(times.p95Ms('acme')).toBe(1_200);
    record(times, 300);
    expect(times.p95Ms('acme')).toBe(300);
    expect(times.p95Ms('other')).toBe(1_200);
  });

  test('one in twenty may be later', () => {
    const times = new FirstTokenTimes();
    record(times, 9_000, ...Array.from({ length: 19 }, (_, i) => 100 + i));
    expect(times.p95Ms('acme')).toBe(118);
    record(times, 8_000);
    expect(times.p95Ms('acme')).toBe(8_000);
  });

  test('only the last hundred count', () => {
    const times = new FirstTokenTimes();
    record(times, ...Array<number>(100).fill(900), ...Array<number>(94).fill(200));
    expect(times.p95Ms('acme')).toBe(900);
    record(times, 200);
    expect(times.p95Ms('acme')).toBe(200);
  });
});

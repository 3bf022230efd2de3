import { expect, test } from 'vitest';
import { ALAW_TO_LINEAR } from './alaw.ts';

/** ITU-T G.711, table 1: on a 13-bit scale 32 steps of 2, then six times 16 steps of double size. */
const decisions = [0];
for (let step = 2, count = 32; step <= 128; step *= 2, count = 16) {
  for (let i = 0; i < count; i++) decisions.push(decisions.at(-1)! + step);
}

test('all 256 codes decode as the formula says', () => {
  expect(decisions).toHaveLength(129);
  expect(decisions.at(-1)).toBe(4096);
  for (let interval = 0; interval < 128; interval++) {
    const value = (8 * (decisions[interval]! + decisions[interval + 1]!)) / 2;
    expect(ALAW_TO_LINEAR[(0x80 | interval) ^ 0x55]).toBe(value);
    expect(ALAW_TO_LINEAR[interval ^ 0x55]).toBe(-value);
  }
});

import { expect, test } from 'vitest';
import { babble } from './babble.ts';
import { EchoWave } from './echo-wave.ts';
import { FRAME_BYTES } from './frame.ts';
import { encodeMulaw } from './mulaw.ts';

const MOST_LAG = 45;
const FRAMES = 60;

/** What comes out after `FRAMES` frames, when what is heard is `back` of each sample. */
function play(sent: Float64Array, back: (at: number) => number) {
  const wave = new EchoWave(MOST_LAG);
  for (let n = 0; n < FRAMES; n++) {
    const frame = (of: (at: number) => number) =>
      encodeMulaw(Int16Array.from({ length: FRAME_BYTES }, (_, i) => Math.round(of(n * FRAME_BYTES + i))));
    wave.sent(
      frame((at) => sent[at]!),
      n,
    );
    wave.heard(frame(back));
  }
  return wave.match(FRAMES - 1);
}

const agent = babble(FRAMES * 20, 8_000, 3);
const caller = babble(FRAMES * 20, 4_000, 11);

test.each([0, 20, 133, 250, 400])('finds a copy that is %i ms late, and how much weaker it is', (delayMs) => {
  const match = play(agent, (at) => (agent[at - delayMs * 8] ?? 0) / 4)!;
  expect(Math.abs(match.lag / 2 - delayMs)).toBeLessThanOrEqual(1);
  expect(match.gainDb).toBeCloseTo(-12, 0);
});

test('another voice is no copy, and neither is silence', () => {
  expect(play(agent, (at) => caller[at]!)).toBeUndefined();
  expect(play(agent, () => 0)).toBeUndefined();
});

test('where nothing was sent there is nothing to find', () => {
  const wave = new EchoWave(MOST_LAG);
  for (let n = 0; n < FRAMES; n++) {
    const frame = encodeMulaw(Int16Array.from({ length: FRAME_BYTES }, (_, i) => agent[n * FRAME_BYTES + i]!));
    if (n < 10) wave.sent(frame, n);
    else wave.silent(n);
    wave.heard(frame);
  }
  for (let n = FRAMES; n < FRAMES + MOST_LAG + 20; n++) wave.silent(n);
  expect(wave.match(FRAMES + MOST_LAG + 19)).toBeUndefined();
});

/** The share that is no copy, in the middle of all moments, when the delay is about 100 ms. */
function usualShare(back: (at: number) => number): number {
  const wave = new EchoWave(MOST_LAG);
  const shares: number[] = [];
  for (let n = 0; n < FRAMES; n++) {
    const frame = (of: (at: number) => number) =>
      encodeMulaw(Int16Array.from({ length: FRAME_BYTES }, (_, i) => Math.round(of(n * FRAME_BYTES + i))));
    wave.sent(
      frame((at) => agent[at]!),
      n,
    );
    wave.heard(frame(back));
    if (n >= 10) shares.push(wave.unexplained(n, 200));
  }
  return shares.sort((a, b) => a - b)[shares.length / 2]!;
}

test.each([800, 803, 805, 910])('a copy %i samples late is explained, whichever frames it stands in', (delay) => {
  expect(usualShare((at) => (agent[at - delay] ?? 0) / 4)).toBeLessThan(0.15);
});

test('a voice as loud as the echo is not explained, nor one alone', () => {
  expect(usualShare((at) => (agent[at - 800] ?? 0) / 4 + caller[at]! / 2)).toBeGreaterThan(0.2);
  expect(usualShare((at) => caller[at]! / 2)).toBeGreaterThan(0.3);
});

test('silence is nobody', () => {
  expect(usualShare(() => 0)).toBe(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanSquareOfFrame, rmsOfFrame, rmsToDbov } from './level.ts';
import { decodeMulaw, MULAW_SILENCE } from './mulaw.ts';
import { toneMulaw } from './tone.ts';

test('the RMS is that of the decoded samples', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (frame) => {
      const squares = Array.from(decodeMulaw(frame), (sample) => sample ** 2);
      const mean = squares.reduce((sum, square) => sum + square, 0) / frame.length;
      expect(meanSquareOfFrame(frame)).toBeCloseTo(mean, 3);
      expect(rmsOfFrame(frame)).toBeCloseTo(Math.sqrt(mean), 6);
    }),
  );
});

test('silence, both zeros and an empty frame have no level', () => {
  expect(rmsOfFrame(new Uint8Array(160).fill(MULAW_SILENCE))).toBe(0);
  expect(rmsOfFrame(new Uint8Array(160).fill(0x7f))).toBe(0);
  expect(rmsOfFrame(new Uint8Array(0))).toBe(0);
});

test('a sine has the RMS of its amplitude over √2, within the error of µ-law', () => {
  const tone = toneMulaw({ frequencyHz: 400, durationMs: 1000, amplitude: 10_000 }).subarray(800, 2400);
  expect(rmsOfFrame(tone) / (10_000 / Math.SQRT2)).toBeCloseTo(1, 2);
});

test('levels are relative to overload and end at −127', () => {
  expect(rmsToDbov(32_768)).toBe(0);
  expect(rmsToDbov(16_384)).toBeCloseTo(-6.02, 2);
  expect(rmsToDbov(210)).toBeCloseTo(-43.9, 1);
  expect(rmsToDbov(0)).toBe(-127);
  expect(rmsToDbov(1e-9)).toBe(-127);
});

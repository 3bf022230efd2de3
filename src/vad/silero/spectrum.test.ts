import { expect, test } from 'vitest';
import { random } from '../signals.fixture.ts';
import { HOP_SAMPLES, SPECTRUM_SAMPLES, Spectra } from './spectrum.ts';
import { BINS } from './tensors.ts';

test('two spectra at once are what the sums of their definition are', () => {
  const next = random(3);
  const samples = Float64Array.from({ length: 320 }, () => next() - 0.5);
  const out = new Float64Array(4 * BINS);
  new Spectra().pair(samples, 100, out, 2);
  for (let k = 0; k < BINS; k++) {
    expect(out[4 * k + 2]).toBeCloseTo(magnitude(samples, 100, k), 10);
    expect(out[4 * k + 3]).toBeCloseTo(magnitude(samples, 100 + HOP_SAMPLES, k), 10);
  }
});

function magnitude(samples: Float64Array, start: number, k: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < SPECTRUM_SAMPLES; i++) {
    const windowed = samples[start + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SPECTRUM_SAMPLES));
    re += windowed * Math.cos((2 * Math.PI * k * i) / SPECTRUM_SAMPLES);
    im -= windowed * Math.sin((2 * Math.PI * k * i) / SPECTRUM_SAMPLES);
  }
  return Math.hypot(re, im);
}

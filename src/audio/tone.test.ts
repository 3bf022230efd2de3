import { expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';
import { dtmfMulaw, toneMulaw, tonePcm } from './tone.ts';

/** The amplitude of one frequency: the Fourier sum at it. */
function amplitudeAt(samples: Int16Array, frequencyHz: number, sampleRateHz = 8000): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < samples.length; i++) {
    const angle = (2 * Math.PI * frequencyHz * i) / sampleRateHz;
    re += samples[i]! * Math.cos(angle);
    im += samples[i]! * Math.sin(angle);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

test('a tone has its length, its frequency and its amplitude', () => {
  const tone = tonePcm({ frequencyHz: 1000, durationMs: 500, amplitude: 12_000 });
  expect(tone).toHaveLength(4000);
  expect(Math.max(...tone)).toBe(12_000);
  const middle = tone.subarray(400, 3600);
  expect(amplitudeAt(middle, 1000)).toBeCloseTo(12_000, -1);
  expect(amplitudeAt(middle, 1500)).toBeLessThan(5);
});

test('the phase is unbroken between the fades', () => {
  const tone = tonePcm({ frequencyHz: 437, durationMs: 300 });
  for (let i = 40; i < tone.length - 40; i++) {
    expect(Math.abs(tone[i]! - 8000 * Math.sin((2 * Math.PI * 437 * i) / 8000))).toBeLessThanOrEqual(0.5);
  }
});

test('a tone starts and ends at zero and never exceeds its fade', () => {
  const tone = tonePcm({ frequencyHz: 2000, durationMs: 100, sampleRateHz: 24_000 });
  expect(tone).toHaveLength(2400);
  for (const edge of [tone, tone.toReversed()]) {
    expect(Math.abs(edge[0]!)).toBe(0);
    for (let i = 0; i < 120; i++)
      expect(Math.abs(edge[i]!)).toBeLessThanOrEqual(8000 * Math.sin((Math.PI * i) / 240) ** 2 + 1);
  }
});

test('tones shorter than two fades, and of no length, are made', () => {
  expect(tonePcm({ frequencyHz: 1000, durationMs: 4 })).toHaveLength(32);
  expect(tonePcm({ frequencyHz: 1000, durationMs: 0 })).toHaveLength(0);
});

test('the µ-law tone is the encoded one', () => {
  const options = { frequencyHz: 700, durationMs: 60, amplitude: 3000 };
  expect(toneMulaw(options)).toEqual(encodeMulaw(tonePcm(options)));
});

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  '1': [697, 1209],
  '5': [770, 1336],
  '9': [852, 1477],
  '0': [941, 1336],
  '*': [941, 1209],
  '#': [941, 1477],
  A: [697, 1633],
  D: [941, 1633],
};

test.each(Object.entries(KEYS))('key %s is its pair of tones and nothing else', (digit, pair) => {
  const samples = decodeMulaw(dtmfMulaw(digit, 200));
  expect(samples).toHaveLength(1600);
  for (const frequencyHz of [697, 770, 852, 941, 1209, 1336, 1477, 1633]) {
    const amplitude = amplitudeAt(samples, frequencyHz);
    if (pair.includes(frequencyHz)) expect(amplitude).toBeGreaterThan(7000);
    else expect(amplitude).toBeLessThan(700);
  }
});

test.each(['', 'E', '12', 'a', ' '])('%j is no key', (digit) => {
  expect(() => dtmfMulaw(digit, 100)).toThrow(RangeError);
});

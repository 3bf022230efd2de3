import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Resampler, resample } from './resample.ts';

const RATIOS = [
  [24_000, 8000],
  [22_050, 8000],
  [16_000, 8000],
  [44_100, 8000],
  [48_000, 8000],
  [8000, 16_000],
  [22_050, 16_000],
  [8000, 48_000],
  [8000, 11_025],
] as const;

function sine(frequencyHz: number, rateHz: number, seconds = 0.25): Int16Array {
  const length = Math.round(rateHz * seconds);
  return Int16Array.from({ length }, (_, i) => Math.round(30_000 * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz)));
}

/** Without the ends, where the filter sees silence. */
function middle(samples: Int16Array, rateHz: number): Int16Array {
  const edge = Math.round(rateHz * 0.02);
  return samples.subarray(edge, samples.length - edge);
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

function decibels(ratio: number): number {
  return 20 * Math.log10(Math.max(ratio, 1e-9));
}

/** The amplitude and phase that fit best, and what remains: images, aliases and rounding. */
function residue(samples: Int16Array, frequencyHz: number, rateHz: number): { gain: number; rest: number } {
  let [cc, ss, cs, cx, sx] = [0, 0, 0, 0, 0];
  const angle = (i: number) => (2 * Math.PI * frequencyHz * i) / rateHz;
  for (let i = 0; i < samples.length; i++) {
    const [c, s, x] = [Math.cos(angle(i)), Math.sin(angle(i)), samples[i]!];
    cc += c * c;
    ss += s * s;
    cs += c * s;
    cx += c * x;
    sx += s * x;
  }
  const determinant = cc * ss - cs * cs;
  const a = (cx * ss - sx * cs) / determinant;
  const b = (sx * cc - cx * cs) / determinant;
  let rest = 0;
  for (let i = 0; i < samples.length; i++) {
    rest += (samples[i]! - a * Math.cos(angle(i)) - b * Math.sin(angle(i))) ** 2;
  }
  return { gain: Math.hypot(a, b) / 30_000, rest: Math.sqrt(rest / samples.length) };
}

describe.each(RATIOS)('%i Hz to %i Hz', (fromHz, toHz) => {
  test('150–3400 Hz pass within 0.1 dB, with images and rounding below −80 dB', () => {
    const frequencies = [150, 300, 517, 1003, 1500, 2011, 2600, 3000, 3200, 3300, 3400];
    for (const frequencyHz of frequencies) {
      const output = middle(resample(sine(frequencyHz, fromHz), fromHz, toHz), toHz);
      const { gain, rest } = residue(output, frequencyHz, toHz);
      expect(Math.abs(decibels(gain)), `${frequencyHz} Hz`).toBeLessThan(0.1);
      expect(decibels(rest / (30_000 / Math.SQRT2)), `beside ${frequencyHz} Hz`).toBeLessThan(-80);
    }
  });

  test('tones from 15 % (at 8000 Hz: 600 Hz) above the new Nyquist frequency are down by 80 dB', () => {
    for (let frequencyHz = 1.15 * (toHz / 2); frequencyHz < fromHz / 2; frequencyHz += 173) {
      const input = sine(frequencyHz, fromHz);
      const output = middle(resample(input, fromHz, toHz), toHz);
      expect(decibels(rms(output) / rms(input)), `${frequencyHz} Hz`).toBeLessThan(-80);
    }
  });

  test('the output is as long as the input, to the sample', () => {
    for (const length of [0, 1, 2, 159, 160, 161, 441, 4095, 4096, 4097, 20_000]) {
      expect(resample(new Int16Array(length), fromHz, toHz)).toHaveLength(Math.ceil((length * toHz) / fromHz));
    }
  });

  test('a constant stays itself and the output is not delayed', () => {
    const flat = middle(resample(new Int16Array(fromHz / 10).fill(12_345), fromHz, toHz), toHz);
    expect(flat.every((sample) => sample === 12_345)).toBe(true);
    const output = resample(sine(400, fromHz), fromHz, toHz);
    const expected = sine(400, toHz);
    const edge = Math.round(toHz * 0.02);
    for (let i = edge; i < expected.length - edge; i += 7) expect(Math.abs(output[i]! - expected[i]!)).toBeLessThan(40);
  });

  test('the pieces do not matter', () => {
    const input = Int16Array.from({ length: 12_000 }, (_, i) => ((i * 7919 * (i % 31)) % 65_536) - 32_768);
    const whole = resample(input, fromHz, toHz);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 8 }), (lengths) => {
        const resampler = new Resampler(fromHz, toHz);
        const pieces: Int16Array[] = [];
        let at = 0;
        for (const length of [...lengths, input.length]) {
          pieces.push(resampler.process(input.subarray(at, at + length)));
          at = Math.min(at + length, input.length);
        }
        pieces.push(resampler.flush());
        expect(Int16Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });
});

test('one sample at a time gives the same as all at once', () => {
  const input = sine(700, 22_050, 0.05);
  const resampler = new Resampler(22_050, 8000);
  const output = [...input].flatMap((sample) => [...resampler.process(Int16Array.of(sample))]);
  expect(Int16Array.from([...output, ...resampler.flush()])).toEqual(resample(input, 22_050, 8000));
});

test('the wait for the look-ahead is 3 ms', () => {
  const first = new Resampler(24_000, 8000).process(new Int16Array(480));
  expect(160 - first.length).toBe(24);
});

test('after a flush the next stream starts clean', () => {
  const resampler = new Resampler(16_000, 8000);
  resampler.process(new Int16Array(1000).fill(20_000));
  resampler.flush();
  const again = [...resampler.process(sine(500, 16_000)), ...resampler.flush()];
  expect(Int16Array.from(again)).toEqual(resample(sine(500, 16_000), 16_000, 8000));
});

test('equal rates copy the input', () => {
  const input = sine(500, 8000);
  const output = resample(input, 8000, 8000);
  expect(output).toEqual(input);
  expect(output.buffer).not.toBe(input.buffer);
});

test('a full-scale square wave is clipped, not wrapped', () => {
  const square = Int16Array.from({ length: 4800 }, (_, i) => (i % 60 < 30 ? 32_767 : -32_768));
  const output = resample(square, 24_000, 8000);
  for (let i = 100; i < output.length - 100; i++) {
    const high = (3 * i) % 60 < 30;
    // The filter rings by 9 % beyond full scale right after an edge; wrapped samples would have the wrong sign.
    if ((3 * i) % 30 > 6 && (3 * i) % 30 < 24) expect(output[i]! > 0).toBe(high);
  }
  expect(Math.max(...output)).toBe(32_767);
});

test.each([0, -8000, 999, 192_001, 8000.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a rate of %d is refused',
  (rateHz) => {
    expect(() => new Resampler(rateHz, 8000)).toThrow(RangeError);
    expect(() => new Resampler(8000, rateHz)).toThrow(RangeError);
  },
);

import { describe, expect, test } from 'vitest';
import { Fourier } from './fourier.ts';

describe('the Fourier transform', () => {
  test.each([1, 4, 5, 16, 20, 25, 100, 400])('of %i is what the sums of its definition are, twice over', (length) => {
    const fourier = new Fourier(length);
    for (const salt of [1, 2]) {
      const re = Array.from({ length }, (_, i) => Math.sin(salt * i * i + 1));
      const im = Array.from({ length }, (_, i) => Math.cos(3 * i + salt));
      for (let i = 0; i < length; i++) [fourier.re[i], fourier.im[i]] = [re[i]!, im[i]!];
      fourier.transform();
      for (let k = 0; k < length; k++) {
        let [sumRe, sumIm] = [0, 0];
        for (let i = 0; i < length; i++) {
          const angle = (-2 * Math.PI * k * i) / length;
          sumRe += re[i]! * Math.cos(angle) - im[i]! * Math.sin(angle);
          sumIm += re[i]! * Math.sin(angle) + im[i]! * Math.cos(angle);
        }
        expect(fourier.re[k], `real part ${k}`).toBeCloseTo(sumRe, 9);
        expect(fourier.im[k], `imaginary part ${k}`).toBeCloseTo(sumIm, 9);
      }
    }
  });

  test('has no other lengths', () => {
    expect(() => new Fourier(8)).toThrow(RangeError);
    expect(() => new Fourier(0)).toThrow(RangeError);
  });
});

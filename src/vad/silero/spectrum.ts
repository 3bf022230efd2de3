/**
 * Magnitude spectra of 128 samples under a Hann window, two at a time: one complex transform carries two real ones as
 * its real and imaginary parts (Press et al., Numerical Recipes, 12.3). The model file holds the same transform as a
 * matrix, which would take a fifth of the network's time.
 */
import { BINS } from './tensors.ts';

export const SPECTRUM_SAMPLES = 128;
export const HOP_SAMPLES = 64;
const STAGES = 7;

/** Tables and scratch space of one transform. Not reentrant; one per process is enough. */
export class Spectra {
  readonly #window = new Float64Array(SPECTRUM_SAMPLES);
  readonly #reversed = new Uint8Array(SPECTRUM_SAMPLES);
  readonly #cos = new Float64Array(SPECTRUM_SAMPLES / 2);
  readonly #sin = new Float64Array(SPECTRUM_SAMPLES / 2);
  readonly #re = new Float64Array(SPECTRUM_SAMPLES);
  readonly #im = new Float64Array(SPECTRUM_SAMPLES);

  constructor() {
    for (let i = 0; i < SPECTRUM_SAMPLES; i++) {
      this.#window[i] = Math.sin((Math.PI * i) / SPECTRUM_SAMPLES) ** 2;
      for (let bit = 0; bit < STAGES; bit++) if (i & (1 << bit)) this.#reversed[i]! |= 1 << (STAGES - 1 - bit);
    }
    for (let i = 0; i < SPECTRUM_SAMPLES / 2; i++) {
      this.#cos[i] = Math.cos((2 * Math.PI * i) / SPECTRUM_SAMPLES);
      this.#sin[i] = -Math.sin((2 * Math.PI * i) / SPECTRUM_SAMPLES);
    }
  }

  /**
   * The spectra of the 128 samples from `start` and of those 64 further on. Magnitude k of the one goes to
   * `out[4 * k + step]`, of the other to the place after it.
   */
  pair(samples: Float64Array, start: number, out: Float32Array | Float64Array, step: number): void {
    const re = this.#re;
    const im = this.#im;
    const window = this.#window;
    const reversed = this.#reversed;
    for (let i = 0; i < SPECTRUM_SAMPLES; i++) {
      const to = reversed[i]!;
      re[to] = samples[start + i]! * window[i]!;
      im[to] = samples[start + HOP_SAMPLES + i]! * window[i]!;
    }
    this.#transform();
    for (let k = 0; k < BINS; k++) {
      const mirror = (SPECTRUM_SAMPLES - k) & (SPECTRUM_SAMPLES - 1);
      const evenRe = re[k]! + re[mirror]!;
      const oddIm = im[k]! - im[mirror]!;
      const evenIm = im[k]! + im[mirror]!;
      const oddRe = re[k]! - re[mirror]!;
      out[4 * k + step] = Math.sqrt(evenRe * evenRe + oddIm * oddIm) / 2;
      out[4 * k + step + 1] = Math.sqrt(evenIm * evenIm + oddRe * oddRe) / 2;
    }
  }

  /** In place, decimation in time, on input in bit-reversed order. */
  #transform(): void {
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let half = 1, step = SPECTRUM_SAMPLES / 2; half < SPECTRUM_SAMPLES; half *= 2, step /= 2) {
      for (let j = 0, turn = 0; j < half; j++, turn += step) {
        const c = cos[turn]!;
        const s = sin[turn]!;
        for (let a = j; a < SPECTRUM_SAMPLES; a += 2 * half) {
          const b = a + half;
          const tr = re[b]! * c - im[b]! * s;
          const ti = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - tr;
          im[b] = im[a]! - ti;
          re[a] = re[a]! + tr;
          im[a] = im[a]! + ti;
        }
      }
    }
  }
}

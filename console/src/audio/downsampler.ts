const HALF_TAPS = 24;
const STEPS = 64;

/** From the microphone's rate to the telephone's, through a windowed sinc, so that nothing folds back. */
export class Downsampler {
  readonly #ratio: number;
  readonly #reach: number;
  readonly #kernel: Float32Array;
  #held: Float32Array;
  /** Of the next sample to come out, in samples of `#held`. */
  #at: number;

  constructor(fromHz: number, toHz: number) {
    this.#ratio = fromHz / toHz;
    this.#reach = Math.ceil(HALF_TAPS * Math.max(1, this.#ratio) * 0.5);
    this.#kernel = kernelOf(this.#reach, Math.min(0.5, 0.46 / this.#ratio));
    this.#held = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  push(samples: Float32Array): Float32Array {
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const out: number[] = [];
    for (; this.#at + this.#reach < held.length; this.#at += this.#ratio) out.push(this.#sampleAt(held, this.#at));
    const used = Math.max(0, Math.floor(this.#at) - this.#reach);
    this.#held = held.slice(used);
    this.#at -= used;
    return Float32Array.from(out);
  }

  #sampleAt(held: Float32Array, at: number): number {
    let sum = 0;
    for (let i = Math.ceil(at - this.#reach); i <= at + this.#reach; i++) {
      const step = Math.round(Math.abs(i - at) * STEPS);
      sum += (held[i] ?? 0) * (this.#kernel[step] ?? 0);
    }
    return sum;
  }
}

/** One half of a sinc under a Blackman window, `STEPS` values to a sample; its whole sum is 1. */
function kernelOf(reach: number, cutoff: number): Float32Array {
  const kernel = new Float32Array(reach * STEPS + 1);
  for (let i = 0; i < kernel.length; i++) {
    const t = i / STEPS;
    const phase = 2 * Math.PI * cutoff * t;
    const sinc = i === 0 ? 1 : Math.sin(phase) / phase;
    const turn = Math.PI * (1 + t / reach);
    kernel[i] = 2 * cutoff * sinc * (0.42 - 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
  }
  return kernel;
}

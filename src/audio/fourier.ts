/**
 * The discrete Fourier transform of any length whose prime factors are small, in the self-sorting form of Stockham
 * (Van Loan, Computational Frameworks for the Fast Fourier Transform, section 1.7), with radices up to 5.
 */

const RADICES = [4, 2, 3, 5] as const;

/** Tables and scratch space of one length. Not reentrant. Throws `RangeError` for a length with other prime factors. */
export class Fourier {
  readonly length: number;
  readonly #radices: readonly number[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #spareRe: Float64Array;
  #spareIm: Float64Array;

  constructor(length: number) {
    this.length = length;
    this.#radices = radicesOf(length);
    this.#cos = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.#sin = Float64Array.from({ length }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
    [this.#re, this.#im] = [new Float64Array(length), new Float64Array(length)];
    [this.#spareRe, this.#spareIm] = [new Float64Array(length), new Float64Array(length)];
  }

  /** Where the next input goes, and the newest output is: other arrays after each `transform`. */
  get re(): Float64Array {
    return this.#re;
  }

  get im(): Float64Array {
    return this.#im;
  }

  transform(): void {
    let blocks = 1;
    for (const radix of this.#radices) {
      this.#stage(radix, blocks);
      [this.#re, this.#spareRe] = [this.#spareRe, this.#re];
      [this.#im, this.#spareIm] = [this.#spareIm, this.#im];
      blocks *= radix;
    }
  }

  /** The sums of one radix, with the twiddle factor folded into each term, so that one table of roots serves both. */
  #stage(radix: number, blocks: number): void {
    const { length } = this;
    const [re, im, outRe, outIm] = [this.#re, this.#im, this.#spareRe, this.#spareIm];
    const [cos, sin] = [this.#cos, this.#sin];
    const groups = length / (blocks * radix);
    for (let group = 0; group < groups; group++) {
      for (let k = 0; k < radix; k++) {
        const first = (k * group * blocks) % length;
        const step = (k * (length / radix)) % length;
        for (let block = 0; block < blocks; block++) {
          let [sumRe, sumIm] = [0, 0];
          for (let j = 0, turn = first; j < radix; j++) {
            const at = block + blocks * (group + groups * j);
            sumRe += re[at]! * cos[turn]! - im[at]! * sin[turn]!;
            sumIm += re[at]! * sin[turn]! + im[at]! * cos[turn]!;
            turn += step;
            if (turn >= length) turn -= length;
          }
          const to = block + blocks * (radix * group + k);
          outRe[to] = sumRe;
          outIm[to] = sumIm;
        }
      }
    }
  }
}

function radicesOf(length: number): number[] {
  const radices: number[] = [];
  let rest = length;
  for (const radix of RADICES) {
    for (; rest > 1 && rest % radix === 0; rest /= radix) radices.push(radix);
  }
  if (rest !== 1) throw new RangeError(`a transform of ${length} is not made of factors up to 5`);
  return radices;
}

/**
 * The discrete Fourier transform of 4^a · 5^b numbers, in the self-sorting form of Stockham (Van Loan, Computational
 * Frameworks for the Fast Fourier Transform, section 1.7).
 */

const COS_72 = Math.cos((2 * Math.PI) / 5);
const COS_144 = Math.cos((4 * Math.PI) / 5);
const SIN_72 = Math.sin((2 * Math.PI) / 5);
const SIN_144 = Math.sin((4 * Math.PI) / 5);

/** Tables and scratch space of one length. Not reentrant. Throws `RangeError` for a length with other factors. */
export class Fourier {
  readonly #length: number;
  readonly #radices: readonly (4 | 5)[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  #re: Float64Array;
  #im: Float64Array;
  #outRe: Float64Array;
  #outIm: Float64Array;

  constructor(length: number) {
    this.#length = length;
    this.#radices = radicesOf(length);
    this.#cos = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.#sin = Float64Array.from({ length }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
    [this.#re, this.#im] = [new Float64Array(length), new Float64Array(length)];
    [this.#outRe, this.#outIm] = [new Float64Array(length), new Float64Array(length)];
  }

  /** Where the next input goes, and where the newest output is. It may be another array after each `transform`. */
  get re(): Float64Array {
    return this.#re;
  }

  get im(): Float64Array {
    return this.#im;
  }

  transform(): void {
    let blocks = 1;
    for (const radix of this.#radices) {
      const groups = this.#length / (blocks * radix);
      if (radix === 4) this.#byFour(blocks, groups);
      else this.#byFive(blocks, groups);
      [this.#re, this.#outRe] = [this.#outRe, this.#re];
      [this.#im, this.#outIm] = [this.#outIm, this.#im];
      blocks *= radix;
    }
  }

  #byFour(blocks: number, groups: number): void {
    const [re, im] = [this.#re, this.#im];
    const apart = blocks * groups;
    for (let group = 0; group < groups; group++) {
      for (let block = 0; block < blocks; block++) {
        const a = block + blocks * group;
        const [b, c, d] = [a + apart, a + 2 * apart, a + 3 * apart];
        const [sumRe, sumIm, gapRe, gapIm] = [re[a]! + re[c]!, im[a]! + im[c]!, re[a]! - re[c]!, im[a]! - im[c]!];
        const [oddRe, oddIm, oddGapRe, oddGapIm] = [re[b]! + re[d]!, im[b]! + im[d]!, re[b]! - re[d]!, im[b]! - im[d]!];
        const to = block + 4 * blocks * group;
        const turn = group * blocks;
        this.#put(to, 0, sumRe + oddRe, sumIm + oddIm);
        this.#put(to + blocks, turn, gapRe + oddGapIm, gapIm - oddGapRe);
        this.#put(to + 2 * blocks, 2 * turn, sumRe - oddRe, sumIm - oddIm);
        this.#put(to + 3 * blocks, 3 * turn, gapRe - oddGapIm, gapIm + oddGapRe);
      }
    }
  }

  #byFive(blocks: number, groups: number): void {
    const [re, im] = [this.#re, this.#im];
    const apart = blocks * groups;
    for (let group = 0; group < groups; group++) {
      for (let block = 0; block < blocks; block++) {
        const a = block + blocks * group;
        const [b, c, d, e] = [a + apart, a + 2 * apart, a + 3 * apart, a + 4 * apart];
        const [outerRe, outerIm, innerRe, innerIm] = [
          re[b]! + re[e]!,
          im[b]! + im[e]!,
          re[c]! + re[d]!,
          im[c]! + im[d]!,
        ];
        const [wideRe, wideIm, nearRe, nearIm] = [re[b]! - re[e]!, im[b]! - im[e]!, re[c]! - re[d]!, im[c]! - im[d]!];
        const evenRe = re[a]! + COS_72 * outerRe + COS_144 * innerRe;
        const evenIm = im[a]! + COS_72 * outerIm + COS_144 * innerIm;
        const even2Re = re[a]! + COS_144 * outerRe + COS_72 * innerRe;
        const even2Im = im[a]! + COS_144 * outerIm + COS_72 * innerIm;
        const oddRe = SIN_72 * wideRe + SIN_144 * nearRe;
        const oddIm = SIN_72 * wideIm + SIN_144 * nearIm;
        const odd2Re = SIN_144 * wideRe - SIN_72 * nearRe;
        const odd2Im = SIN_144 * wideIm - SIN_72 * nearIm;
        const to = block + 5 * blocks * group;
        const turn = group * blocks;
        this.#put(to, 0, re[a]! + outerRe + innerRe, im[a]! + outerIm + innerIm);
        this.#put(to + blocks, turn, evenRe + oddIm, evenIm - oddRe);
        this.#put(to + 2 * blocks, 2 * turn, even2Re + odd2Im, even2Im - odd2Re);
        this.#put(to + 3 * blocks, 3 * turn, even2Re - odd2Im, even2Im + odd2Re);
        this.#put(to + 4 * blocks, 4 * turn, evenRe - oddIm, evenIm + oddRe);
      }
    }
  }

  /** Turned by so many parts of a circle. */
  #put(to: number, turn: number, re: number, im: number): void {
    const cos = this.#cos[turn]!;
    const sin = this.#sin[turn]!;
    this.#outRe[to] = re * cos - im * sin;
    this.#outIm[to] = re * sin + im * cos;
  }
}

function radicesOf(length: number): (4 | 5)[] {
  const radices: (4 | 5)[] = [];
  let rest = length;
  for (const radix of [4, 5] as const) {
    for (; rest > 1 && rest % radix === 0; rest /= radix) radices.push(radix);
  }
  if (rest !== 1) throw new RangeError(`a transform of ${length} is not made of factors of 4 and 5`);
  return radices;
}

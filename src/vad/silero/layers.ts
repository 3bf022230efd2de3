/**
 * The layers of the network, for speed in plain JavaScript: weights lie in the order in which they are read, and each
 * loop keeps eight sums in registers, because storing one costs as much as the multiplication. Sums are 64-bit. Weights
 * stay 32-bit, as in the file: widening them costs no time, and half the memory stays longer in the processor's cache.
 */
import { TAPS } from './tensors.ts';

/** Rows that are summed together. */
const GROUP = 8;

/** A matrix and a bias. Skips the inputs that are zero: behind a rectifier half or more of them are. */
export class Dense {
  readonly #columns: number;
  readonly #bias: Float32Array;
  /** Groups of eight rows; within a group column after column. */
  readonly #weights: Float32Array;
  readonly #values: Float64Array;
  readonly #offsets: Int32Array;

  /** The number of rows, the length of `bias`, is a multiple of eight. */
  constructor(columns: number, bias: Float32Array, weight: (row: number, column: number) => number) {
    this.#columns = columns;
    this.#bias = bias;
    this.#weights = new Float32Array(bias.length * columns);
    this.#values = new Float64Array(columns);
    this.#offsets = new Int32Array(columns);
    let at = 0;
    for (let group = 0; group < bias.length; group += GROUP) {
      for (let column = 0; column < columns; column++) {
        for (let row = group; row < group + GROUP; row++) this.#weights[at++] = weight(row, column);
      }
    }
  }

  /** Reads a value of `x` per column, from place `from` on, and writes a value of `out` per row, from `to` on. */
  multiply(x: Float64Array, from: number, out: Float64Array, to = 0): void {
    const count = this.#gather(x, from);
    const weights = this.#weights;
    const bias = this.#bias;
    const values = this.#values;
    const offsets = this.#offsets;
    const stride = GROUP * this.#columns;
    for (let row = 0, start = 0; row < bias.length; row += GROUP, start += stride) {
      let a = bias[row]!;
      let b = bias[row + 1]!;
      let c = bias[row + 2]!;
      let d = bias[row + 3]!;
      let e = bias[row + 4]!;
      let f = bias[row + 5]!;
      let g = bias[row + 6]!;
      let h = bias[row + 7]!;
      for (let i = 0; i < count; i++) {
        const value = values[i]!;
        const at = start + offsets[i]!;
        a += weights[at]! * value;
        b += weights[at + 1]! * value;
        c += weights[at + 2]! * value;
        d += weights[at + 3]! * value;
        e += weights[at + 4]! * value;
        f += weights[at + 5]! * value;
        g += weights[at + 6]! * value;
        h += weights[at + 7]! * value;
      }
      const place = to + row;
      out[place] = a;
      out[place + 1] = b;
      out[place + 2] = c;
      out[place + 3] = d;
      out[place + 4] = e;
      out[place + 5] = f;
      out[place + 6] = g;
      out[place + 7] = h;
    }
  }

  #gather(x: Float64Array, from: number): number {
    const values = this.#values;
    const offsets = this.#offsets;
    let count = 0;
    for (let i = 0; i < this.#columns; i++) {
      const value = x[from + i]!;
      if (value === 0) continue;
      values[count] = value;
      offsets[count++] = GROUP * i;
    }
    return count;
  }
}

/** Three taps over four steps with stride one, padded with zeros, and a rectifier. */
export class FourStepConvolution {
  readonly #inputs: number;
  readonly #bias: Float32Array;
  readonly #weights: Float32Array;

  constructor(inputs: number, bias: Float32Array, weights: Float32Array) {
    this.#inputs = inputs;
    this.#bias = bias;
    this.#weights = interleavePairs(weights, inputs);
  }

  /** `x` is channel by channel, four steps each; `out` is step by step. */
  apply(x: Float64Array, out: Float64Array): void {
    const bias = this.#bias;
    const weights = this.#weights;
    const rows = bias.length;
    const end = 4 * this.#inputs;
    for (let row = 0, at = 0; row < rows; row += 2) {
      let a = bias[row]!;
      let b = a;
      let c = a;
      let d = a;
      let e = bias[row + 1]!;
      let f = e;
      let g = e;
      let h = e;
      for (let i = 0; i < end; i += 4, at += 6) {
        const x0 = x[i]!;
        const x1 = x[i + 1]!;
        const x2 = x[i + 2]!;
        const x3 = x[i + 3]!;
        const u = weights[at]!;
        const v = weights[at + 1]!;
        const w = weights[at + 2]!;
        a += v * x0 + w * x1;
        b += u * x0 + v * x1 + w * x2;
        c += u * x1 + v * x2 + w * x3;
        d += u * x2 + v * x3;
        const p = weights[at + 3]!;
        const q = weights[at + 4]!;
        const r = weights[at + 5]!;
        e += q * x0 + r * x1;
        f += p * x0 + q * x1 + r * x2;
        g += p * x1 + q * x2 + r * x3;
        h += p * x2 + q * x3;
      }
      out[row] = a;
      out[row + 1] = e;
      out[rows + row] = b;
      out[rows + row + 1] = f;
      out[2 * rows + row] = c;
      out[2 * rows + row + 1] = g;
      out[3 * rows + row] = d;
      out[3 * rows + row + 1] = h;
    }
    rectify(out, 4 * rows);
  }
}

/** From rows of channels of taps to pairs of rows: per channel the taps of the one, then of the other. */
function interleavePairs(weights: Float32Array, inputs: number): Float32Array {
  const rowLength = inputs * TAPS;
  const interleaved = new Float32Array(weights.length);
  let at = 0;
  for (let pair = 0; pair < weights.length; pair += 2 * rowLength) {
    for (let input = 0; input < inputs; input++) {
      for (const row of [pair, pair + rowLength]) {
        for (let tap = 0; tap < TAPS; tap++) interleaved[at++] = weights[row + input * TAPS + tap]!;
      }
    }
  }
  return interleaved;
}

/** Everything below zero becomes zero. */
export function rectify(values: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) if (values[i]! < 0) values[i] = 0;
}

/** The layers of the network, over arrays in the memory that the kernels work in. Weights and sums are 32-bit, as in the file. */
import type { Floats } from './floats.ts';
import { DENSE_COLUMN, DENSE_ROWS, type Kernels, STEPS_ROWS } from './kernels.ts';
import { TAPS } from './tensors.ts';

export interface LayerRoom {
  readonly floats: Floats;
  readonly kernels: Kernels;
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const endOf = (array: Float32Array, length = array.length): number => array.byteOffset + length * FLOAT;

/** A matrix and a bias. Skips the inputs that are zero: behind a rectifier half or more of them are. */
export class Dense {
  readonly #kernels: Kernels;
  readonly #columns: number;
  readonly #bias: Float32Array;
  /** Groups of sixteen rows; within a group column after column. */
  readonly #weights: Float32Array;
  readonly #values: Float32Array;
  readonly #places: Int32Array;
  readonly #floor: number;

  /** The number of rows, the length of `bias`, is a multiple of sixteen. A rectifier makes zero of what is below. */
  constructor(
    { floats, kernels }: LayerRoom,
    matrix: { readonly columns: number; readonly bias: Float32Array; readonly isRectified: boolean },
    weight: (row: number, column: number) => number,
  ) {
    const { bias, columns, isRectified } = matrix;
    this.#kernels = kernels;
    this.#columns = columns;
    this.#floor = isRectified ? 0 : Number.NEGATIVE_INFINITY;
    this.#bias = floats.take(bias.length);
    this.#bias.set(bias);
    this.#weights = floats.take(bias.length * columns);
    this.#values = floats.take(columns);
    this.#places = floats.takeIntegers(columns);
    let at = 0;
    for (let group = 0; group < bias.length; group += DENSE_ROWS) {
      for (let column = 0; column < columns; column++) {
        for (let row = group; row < group + DENSE_ROWS; row++) this.#weights[at++] = weight(row, column);
      }
    }
  }

  /** Reads a value of `x` per column, from place `from` on, and writes a value of `out` per row, from `to` on. */
  multiply(x: Float32Array, from: number, out: Float32Array, to = 0): void {
    const values = this.#values;
    const rows = this.#bias.length;
    this.#kernels.dense(
      values.byteOffset,
      endOf(values, this.#gather(x, from)),
      this.#places.byteOffset,
      this.#weights.byteOffset,
      DENSE_COLUMN * this.#columns,
      this.#bias.byteOffset,
      endOf(out, to),
      endOf(out, to + rows),
      this.#floor,
    );
  }

  #gather(x: Float32Array, from: number): number {
    const values = this.#values;
    const places = this.#places;
    let count = 0;
    for (let i = 0; i < this.#columns; i++) {
      const value = x[from + i]!;
      if (value === 0) continue;
      values[count] = value;
      places[count++] = DENSE_COLUMN * i;
    }
    return count;
  }
}

/** Three taps over four steps with stride one, padded with zeros, and a rectifier. */
export class FourStepConvolution {
  readonly #kernels: Kernels;
  readonly #inputs: number;
  readonly #bias: Float32Array;
  /** Groups of eight rows; within a group input after input, and of an input tap after tap. */
  readonly #weights: Float32Array;

  constructor({ floats, kernels }: LayerRoom, inputs: number, bias: Float32Array, weights: Float32Array) {
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.#bias = floats.take(bias.length);
    this.#bias.set(bias);
    this.#weights = floats.take(weights.length);
    let at = 0;
    for (let group = 0; group < bias.length; group += STEPS_ROWS) {
      for (let input = 0; input < inputs; input++) {
        for (let tap = 0; tap < TAPS; tap++) {
          for (let row = group; row < group + STEPS_ROWS; row++)
            this.#weights[at++] = weights[(row * inputs + input) * TAPS + tap]!;
        }
      }
    }
  }

  /** `x` is channel by channel, four steps each; `out` is step by step. */
  apply(x: Float32Array, out: Float32Array): void {
    const rows = this.#bias.length;
    this.#kernels.fourSteps(
      x.byteOffset,
      endOf(x, 4 * this.#inputs),
      this.#weights.byteOffset,
      this.#bias.byteOffset,
      out.byteOffset,
      endOf(out, rows),
      rows * FLOAT,
    );
  }
}

import { describe, expect, test } from 'vitest';
import { random } from '../signals.fixture.ts';
import { Floats } from './floats.ts';
import { createKernels } from './kernels.ts';
import { Dense, FourStepConvolution, type LayerRoom } from './layers.ts';

const next = random(7);
const floatsOf = (length: number): Float32Array => Float32Array.from({ length }, () => next() - 0.5);

function createRoom(): LayerRoom {
  const floats = new Floats(2 ** 18);
  return { floats, kernels: createKernels(floats.memory) };
}

function taken(room: LayerRoom, values: Float32Array): Float32Array {
  const array = room.floats.take(values.length);
  array.set(values);
  return array;
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 5);
  });
}

describe('Dense', () => {
  const columns = 37;
  const rows = 48;
  const bias = floatsOf(rows);
  const weights = floatsOf(rows * columns);
  const product = (x: Float32Array, from: number): number[] =>
    Array.from(bias, (start, row) =>
      x.subarray(from, from + columns).reduce((sum, value, i) => sum + value * weights[row * columns + i]!, start),
    );
  const inputs = {
    dense: floatsOf(columns + 5),
    'half of it zero': floatsOf(columns + 5).map((value) => Math.max(value, 0)),
    'all of it zero': new Float32Array(columns + 5),
  };

  test.each(Object.entries(inputs))('is bias plus matrix times vector: %s', (_name, input) => {
    for (const isRectified of [false, true]) {
      const room = createRoom();
      const layer = new Dense(room, { columns, bias, isRectified }, (row, column) => weights[row * columns + column]!);
      const out = room.floats.take(rows + 32);
      layer.multiply(taken(room, input), 5, out, 16);
      const expected = product(input, 5).map((value) => (isRectified ? Math.max(value, 0) : value));
      expectClose(out, [...new Array<number>(16).fill(0), ...expected, ...new Array<number>(16).fill(0)]);
    }
  });
});

test('FourStepConvolution sees three steps, and zeros beyond the four', () => {
  const inputs = 11;
  const rows = 24;
  const bias = floatsOf(rows);
  const weights = floatsOf(rows * inputs * 3);
  const x = floatsOf(inputs * 4);
  const room = createRoom();
  const out = room.floats.take(4 * rows);
  new FourStepConvolution(room, inputs, bias, weights).apply(taken(room, x), out);
  const valueAt = (input: number, step: number): number => (step < 0 || step > 3 ? 0 : x[input * 4 + step]!);
  const expected = [0, 1, 2, 3].flatMap((step) =>
    Array.from(bias, (start, row) => {
      let sum = start;
      for (let input = 0; input < inputs; input++) {
        for (let tap = 0; tap < 3; tap++)
          sum += weights[(row * inputs + input) * 3 + tap]! * valueAt(input, step + tap - 1);
      }
      return Math.max(sum, 0);
    }),
  );
  expectClose(out, expected);
});

test('the memory is as large as was asked for, and no larger', () => {
  const floats = new Floats(65_536);
  expect(floats.take(3).byteOffset).toBe(0);
  expect(floats.take(16_000).byteOffset).toBe(64);
  expect(() => floats.take(1_000)).toThrow(RangeError);
});

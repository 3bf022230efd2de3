/**
 * The two loops in which the network spends its time, on vectors of four floats: WebAssembly, made here, because JavaScript
 * has none. Sums stay in registers; weights lie in the order in which they are read. The arguments are addresses in the
 * shared memory, in bytes.
 */
import {
  addFour,
  advance,
  asFour,
  type Code,
  F32,
  get,
  I32,
  ifLess,
  load,
  loadFour,
  loadOneAsFour,
  loopWhileLess,
  maxFour,
  moduleOf,
  multiplyFour,
  set,
  storeFour,
  V128,
  type WasmFunction,
} from './wasm-code.ts';

const FLOAT = 4;
const FOUR = 4 * FLOAT;
/** Rows that a pass of `dense` sums, and of `fourSteps`. */
export const DENSE_ROWS = 16;
export const STEPS_ROWS = 8;
/** Bytes of a column's weights in such a pass. */
export const DENSE_COLUMN = DENSE_ROWS * FLOAT;
const PASS_INPUT = 3 * STEPS_ROWS * FLOAT;
const STEPS = 4;

export interface Kernels {
  /**
   * `out` = the greater of `floor` and `bias` + the sum of `values` times their columns, for rows up to where `outEnd` is.
   * `places` says where a value's column begins among a pass's weights, of which `stride` bytes belong to a pass.
   */
  dense(
    values: number,
    valuesEnd: number,
    places: number,
    weights: number,
    stride: number,
    bias: number,
    out: number,
    outEnd: number,
    floor: number,
  ): void;
  /**
   * Three taps over four steps, padded with zeros, never below zero. `x` has four steps per input, `out` the rows of step
   * after step, `stepBytes` apart.
   */
  fourSteps(
    x: number,
    xEnd: number,
    weights: number,
    bias: number,
    out: number,
    outEnd: number,
    stepBytes: number,
  ): void;
}

export function createKernels(memory: WebAssembly.Memory): Kernels {
  const pages = memory.buffer.byteLength / 65_536;
  const module = new WebAssembly.Module(moduleOf([dense(), fourSteps()], pages));
  const { exports } = new WebAssembly.Instance(module, { kav: { memory } });
  return exports as unknown as Kernels;
}

/** `sum` += `value` × the four weights at an address. */
const multiplyAdd = (sum: number, value: number, weights: readonly Code[]): Code =>
  [get(sum), get(value), ...weights, multiplyFour, addFour, set(sum)].flat();

function dense(): WasmFunction {
  const [values, valuesEnd, places, weights, stride, bias, out, outEnd, floor] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const [at, place, column, value] = [9, 10, 11, 12] as const;
  const sums = [13, 14, 15, 16];
  const addColumn = [
    [...get(weights), ...get(place), ...load(0), 0x6a, ...set(column)],
    [...get(at), ...loadOneAsFour(0), ...set(value)],
    ...sums.map((sum, i) => multiplyAdd(sum, value, [get(column), loadFour(i * FOUR)])),
    advance(at, FLOAT),
    advance(place, FLOAT),
  ];
  const pass = [
    ...sums.map((sum, i) => [...get(bias), ...loadFour(i * FOUR), ...set(sum)]),
    [...get(values), ...set(at), ...get(places), ...set(place)],
    ifLess(at, valuesEnd, [loopWhileLess(at, valuesEnd, addColumn)]),
    ...sums.map((sum, i) => [
      ...get(out),
      ...[...get(sum), ...get(floor), ...asFour, ...maxFour],
      ...storeFour(i * FOUR),
    ]),
    [...get(weights), ...get(stride), 0x6a, ...set(weights)],
    advance(bias, DENSE_COLUMN),
    advance(out, DENSE_COLUMN),
  ];
  return {
    name: 'dense',
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32, F32],
    locals: [I32, I32, I32, V128, V128, V128, V128, V128],
    body: [loopWhileLess(out, outEnd, pass)],
  };
}

function fourSteps(): WasmFunction {
  const [x, xEnd, weights, bias, out, outEnd, stepBytes] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [at, to, weight] = [7, 8, 9] as const;
  const steps = [10, 11, 12, 13];
  const halves = [0, 1];
  const sumOf = (step: number, half: number): number => 14 + 2 * step + half;
  /** One tap of four rows, at every step whose input it sees. */
  const addTap = (tap: number, half: number): Code[] => [
    [...get(weights), ...loadFour((2 * tap + half) * FOUR), ...set(weight)],
    ...steps.flatMap((_, step) => {
      const seen = steps[step + tap - 1];
      return seen === undefined ? [] : [multiplyAdd(sumOf(step, half), seen, [get(weight)])];
    }),
  ];
  const addInput = [
    ...steps.map((local, step) => [...get(at), ...loadOneAsFour(step * FLOAT), ...set(local)]),
    ...halves.flatMap((half) => [0, 1, 2].flatMap((tap) => addTap(tap, half))),
    advance(at, STEPS * FLOAT),
    advance(weights, PASS_INPUT),
  ];
  const zero = [0xfd, 0x0c, ...new Array<number>(FOUR).fill(0)];
  const pass = [
    ...halves.flatMap((half) =>
      steps.map((_, step) => [...get(bias), ...loadFour(half * FOUR), ...set(sumOf(step, half))]),
    ),
    [...get(x), ...set(at)],
    loopWhileLess(at, xEnd, addInput),
    [...get(out), ...set(to)],
    ...steps.flatMap((_, step) => [
      ...halves.map((half) => [...get(to), ...get(sumOf(step, half)), ...zero, ...maxFour, ...storeFour(half * FOUR)]),
      [...get(to), ...get(stepBytes), 0x6a, ...set(to)],
    ]),
    advance(bias, STEPS_ROWS * FLOAT),
    advance(out, STEPS_ROWS * FLOAT),
  ];
  return {
    name: 'fourSteps',
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    locals: [I32, I32, ...new Array<number>(1 + STEPS + 2 * STEPS).fill(V128)],
    body: [loopWhileLess(out, outEnd, pass)],
  };
}

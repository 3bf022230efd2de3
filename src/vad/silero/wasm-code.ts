/**
 * As much of WebAssembly's binary format as two small functions need: https://webassembly.github.io/spec/core/binary/ and,
 * for the vectors, https://github.com/WebAssembly/simd/blob/main/proposals/simd/BinarySIMD.md. An instruction is its bytes.
 */

export type Code = readonly number[];

/** The types of values, as parameters and locals name them. */
export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly locals: readonly number[];
  readonly body: readonly Code[];
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add: Code = [0x6a];
export const isLess: Code = [0x49];
export const load = (offset: number): Code => [0x28, 2, ...unsigned(offset)];

/** Four floats, from the address on the stack; places need not be aligned, but are. */
export const loadFour = (offset: number): Code => [...vector(0x00), 4, ...unsigned(offset)];
/** One float, four times. */
export const loadOneAsFour = (offset: number): Code => [...vector(0x09), 2, ...unsigned(offset)];
export const storeFour = (offset: number): Code => [...vector(0x0b), 4, ...unsigned(offset)];
export const asFour: Code = vector(0x13);
export const addFour: Code = vector(0xe4);
export const multiplyFour: Code = vector(0xe6);
export const maxFour: Code = vector(0xe9);

/** Moves a local on. */
export const advance = (local: number, by: number): Code => [...get(local), ...constant(by), ...add, ...set(local)];

/** Runs `body` once, and again for as long as one local is below another. */
export const loopWhileLess = (local: number, end: number, body: readonly Code[]): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...[...get(local), ...get(end), ...isLess],
  ...[0x0d, 0x00, 0x0b],
];

export const ifLess = (local: number, end: number, body: readonly Code[]): Code => [
  ...[...get(local), ...get(end), ...isLess],
  ...[0x04, 0x40, ...body.flat(), 0x0b],
];

/** A module whose memory is the import `memory` of the module `kav`, with each function exported under its name. */
export function moduleOf(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(parameters.map((type) => [type])), 0]);
  const memory = [...name('kav'), ...name('memory'), 0x02, 0x00, ...unsigned(pages)];
  const exported = functions.map((f, i) => [...name(f.name), 0x00, ...unsigned(i)]);
  const code = functions.map(({ body, locals }) => {
    const bytes = [...list(locals.map((type) => [1, type])), ...body.flat(), 0x0b];
    return [...unsigned(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(7, exported),
    ...section(10, code),
  ]);
}

function section(id: number, entries: readonly Code[]): number[] {
  const bytes = list(entries);
  return [id, ...unsigned(bytes.length), ...bytes];
}

function list(entries: readonly Code[]): number[] {
  return [...unsigned(entries.length), ...entries.flat()];
}

function name(text: string): number[] {
  return [...unsigned(text.length), ...Buffer.from(text, 'ascii')];
}

function vector(opcode: number): Code {
  return [0xfd, ...unsigned(opcode)];
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

/**
 * ONNX files made by hand, for tests and benchmarks. Source of the field numbers: onnx/onnx.proto of
 * github.com/onnx/onnx; of the encoding: protobuf.dev/programming-guides/encoding.
 */

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array | Int8Array | Uint8Array;
}

export interface OnnxPort {
  readonly name: string;
  /** A word is a dimension that is known only when it runs. */
  readonly dims: readonly (number | string)[];
  readonly type?: 'float32' | 'int64';
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

const FORMAT_VERSION = 10;
/** The first with the operator Gelu. */
const OPERATORS_VERSION = 20;
const TYPE = { float32: 1, uint8: 2, int8: 3, int64: 7 } as const;
const ATTRIBUTE = { int: 2, ints: 7 } as const;

export function serializeOnnx({ inputs, outputs, nodes, constants }: OnnxGraph): Uint8Array {
  const graph = [
    ...nodes.map((node) => bytes(1, ...serializeNode(node))),
    bytes(2, text('made by hand')),
    ...constants.map((tensor) => bytes(5, ...serializeTensor(tensor))),
    ...inputs.map((port) => bytes(11, ...serializePort(port))),
    ...outputs.map((port) => bytes(12, ...serializePort(port))),
  ];
  const operators = [bytes(1, text('')), integer(2, OPERATORS_VERSION)];
  return Buffer.concat([integer(1, FORMAT_VERSION), bytes(7, ...graph), bytes(8, ...operators)]);
}

function serializeNode({ operator, inputs, output, attributes = {} }: OnnxNode): Uint8Array[] {
  const named = Object.entries(attributes).map(([name, value]) => {
    const isList = typeof value !== 'number';
    const values = isList ? value.map((each) => integer(8, each)) : [integer(3, value)];
    return bytes(5, bytes(1, text(name)), ...values, integer(20, isList ? ATTRIBUTE.ints : ATTRIBUTE.int));
  });
  return [
    ...inputs.map((name) => bytes(1, text(name))),
    bytes(2, text(output)),
    bytes(3, text(output)),
    bytes(4, text(operator)),
    ...named,
  ];
}

function serializeTensor({ name, dims, values }: OnnxTensor): Uint8Array[] {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [...dims.map((dim) => integer(1, dim)), integer(2, typeOf(values)), bytes(8, text(name)), bytes(9, raw)];
}

function typeOf(values: OnnxTensor['values']): number {
  if (values instanceof Float32Array) return TYPE.float32;
  if (values instanceof BigInt64Array) return TYPE.int64;
  return values instanceof Int8Array ? TYPE.int8 : TYPE.uint8;
}

function serializePort({ name, dims, type = 'float32' }: OnnxPort): Uint8Array[] {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? integer(1, dim) : bytes(2, text(dim))));
  return [bytes(1, text(name)), bytes(2, bytes(1, integer(1, TYPE[type]), bytes(2, ...shape)))];
}

const text = (value: string): Uint8Array => Buffer.from(value);

/** A field of bytes: a string, a message, a tensor. */
function bytes(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(field * 8 + 2), varint(length), ...parts]);
}

const integer = (field: number, value: number): Uint8Array => Buffer.concat([varint(field * 8), varint(value)]);

/** Whole numbers from 0 to 2^53. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Uint8Array.of(...out, rest);
}

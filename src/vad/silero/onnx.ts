/**
 * Just enough of ONNX to take float tensors out of a file. Source of the field numbers: onnx/onnx.proto of
 * github.com/onnx/onnx; of the encoding: protobuf.dev/programming-guides/encoding.
 */

type Field = readonly [number: number, value: number | Uint8Array];

const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE = { output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, tensor: 5, graph: 6 } as const;
const TENSOR = { type: 2, bytes: 9 } as const;
const TENSOR_FLOAT = 1;

/** The float constants of one branch of the model's only `If`, by output name. Throws when there is no such branch. */
export function constantsOfBranch(
  model: Uint8Array,
  branch: 'then_branch' | 'else_branch',
): ReadonlyMap<string, Float32Array> {
  const choice = nodesOf(bytesOf(fieldsOf(model), MODEL_GRAPH)).find((node) => textOf(node, NODE.operator) === 'If');
  const graph = choice && attributeOf(choice, branch, ATTRIBUTE.graph);
  if (!graph) throw new Error(`the model has no ${branch}`);
  const tensors = new Map<string, Float32Array>();
  for (const node of nodesOf(graph)) {
    const value = textOf(node, NODE.operator) === 'Constant' && attributeOf(node, 'value', ATTRIBUTE.tensor);
    if (!value) continue;
    const fields = fieldsOf(value);
    const isFloat = fields.some(([field, type]) => field === TENSOR.type && type === TENSOR_FLOAT);
    // A copy, because a view on floats must begin at a multiple of four.
    const bytes = new Uint8Array(bytesOf(fields, TENSOR.bytes));
    if (isFloat) tensors.set(textOf(node, NODE.output), new Float32Array(bytes.buffer));
  }
  return tensors;
}

function nodesOf(graph: Uint8Array): (readonly Field[])[] {
  return fieldsOf(graph).flatMap(([field, value]) =>
    field === GRAPH_NODE && value instanceof Uint8Array ? [fieldsOf(value)] : [],
  );
}

function attributeOf(node: readonly Field[], name: string, part: number): Uint8Array | undefined {
  for (const [field, value] of node) {
    if (field !== NODE.attribute || !(value instanceof Uint8Array)) continue;
    const fields = fieldsOf(value);
    if (textOf(fields, ATTRIBUTE.name) === name) return bytesOf(fields, part);
  }
  return undefined;
}

function textOf(fields: readonly Field[], wanted: number): string {
  return new TextDecoder().decode(bytesOf(fields, wanted));
}

function bytesOf(fields: readonly Field[], wanted: number): Uint8Array {
  for (const [field, value] of fields) if (field === wanted && value instanceof Uint8Array) return value;
  return new Uint8Array(0);
}

/** The fields of one protobuf message, in order. Integers beyond 2^53 lose their low bits: none is read here. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('the message is cut off');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const bytes = (length: number): Uint8Array => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const wire = key % 8;
    const field = Math.floor(key / 8);
    if (wire === 0) fields.push([field, varint()]);
    else if (wire === 1) fields.push([field, bytes(8)]);
    else if (wire === 2) fields.push([field, bytes(varint())]);
    else if (wire === 5) fields.push([field, bytes(4)]);
    else throw new Error(`wire type ${wire} is not protobuf`);
  }
  return fields;
}

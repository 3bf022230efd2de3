/**
 * A network of smart-turn v3's size and shape with random weights: the encoder of Whisper tiny over 8 s, and a
 * classifier over the attended mean. Source: `SmartTurnV3Model` in smart_turn/train.py of github.com/pipecat-ai/smart-turn.
 * It costs what a real one in float32 costs, and knows nothing.
 */
import { type OnnxNode, type OnnxTensor, serializeOnnx } from '../src/endpointing-model/onnx-file.fixture.ts';
import { createRandom } from '../src/simulator/random.ts';

const WIDTH = 384;
const HEADS = 6;
const LAYERS = 4;
const POSITIONS = 400;

/** With `int8` the products are those of whole numbers of eight bits, as in smart-turn's file for processors. */
export function createWhisperSizedModel(precision: 'float32' | 'int8'): Uint8Array {
  const graph = new Graph(precision === 'int8');
  const out = graph.classify(graph.encode('input_features'));
  graph.node('Sigmoid', [out], {}, 'logits');
  return serializeOnnx({
    inputs: [{ name: 'input_features', dims: ['batch', 80, 800] }],
    outputs: [{ name: 'logits', dims: ['batch', 1] }],
    nodes: graph.nodes,
    constants: graph.constants,
  });
}

class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #random = createRandom(1);
  readonly #isSmall: boolean;

  constructor(isSmall: boolean) {
    this.#isSmall = isSmall;
  }

  node(operator: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}, name?: string): string {
    const output = name ?? `n${this.nodes.length}`;
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  encode(features: string): string {
    const first = this.#convolve(features, 80, 1);
    const columns = this.#convolve(first, WIDTH, 2);
    const rows = this.node('Transpose', [columns], { perm: [0, 2, 1] });
    let x = this.node('Add', [rows, this.#weights([POSITIONS, WIDTH], 1)]);
    for (let layer = 0; layer < LAYERS; layer++) {
      x = this.node('Add', [x, this.#attend(this.#normalise(x, WIDTH))]);
      const wide = this.node('Gelu', [this.#linear(this.#normalise(x, WIDTH), WIDTH, 4 * WIDTH)]);
      x = this.node('Add', [x, this.#linear(wide, 4 * WIDTH, WIDTH)]);
    }
    return this.#normalise(x, WIDTH);
  }

  classify(hidden: string): string {
    const scores = this.#linear(this.node('Tanh', [this.#linear(hidden, WIDTH, 256)]), 256, 1);
    const shares = this.node('Softmax', [scores], { axis: 1 });
    const weighted = this.node('Mul', [hidden, shares]);
    const pooled = this.node('ReduceSum', [weighted, this.#integers(1)], { keepdims: 0 });
    const wide = this.node('Gelu', [this.#normalise(this.#linear(pooled, WIDTH, 256), 256, 1)]);
    return this.#linear(this.node('Gelu', [this.#linear(wide, 256, 64)]), 64, 1);
  }

  #attend(x: string): string {
    const split = (name: string, perm: readonly number[]): string => {
      const heads = this.node('Reshape', [name, this.#integers(0, POSITIONS, HEADS, WIDTH / HEADS)]);
      return this.node('Transpose', [heads], { perm });
    };
    const query = split(this.#linear(x, WIDTH, WIDTH), [0, 2, 1, 3]);
    const key = split(this.#linear(x, WIDTH, WIDTH), [0, 2, 3, 1]);
    const value = split(this.#linear(x, WIDTH, WIDTH), [0, 2, 1, 3]);
    const product = this.node('MatMul', [this.#coarse(query), this.#coarse(key)]);
    const scores = this.node('Mul', [this.#coarse(product), this.#weights([1], 1 / 8)]);
    const shares = this.node('Softmax', [scores], { axis: 3 });
    const mixed = this.#coarse(this.node('MatMul', [this.#coarse(shares), this.#coarse(value)]));
    const joined = this.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    return this.#linear(this.node('Reshape', [joined, this.#integers(0, POSITIONS, WIDTH)]), WIDTH, WIDTH);
  }

  #convolve(x: string, channels: number, stride: number): string {
    const weights = this.#factors([WIDTH, channels, 3], 1 / Math.sqrt(3 * channels), 0);
    const attributes = { kernel_shape: [3], pads: [1, 1], strides: [stride] };
    const product = this.node('Conv', [this.#coarse(x), weights], attributes);
    return this.node('Gelu', [this.node('Add', [this.#coarse(product), this.#weights([WIDTH, 1], 0.1)])]);
  }

  #linear(x: string, from: number, to: number): string {
    const product = this.node('MatMul', [this.#coarse(x), this.#factors([from, to], 1 / Math.sqrt(from), 1)]);
    return this.node('Add', [this.#coarse(product), this.#weights([to], 0.1)]);
  }

  #normalise(x: string, width: number, axis = 2): string {
    return this.node('LayerNormalization', [x, this.#weights([width], 1), this.#weights([width], 0.1)], { axis });
  }

  /** A tensor of the calculation, rounded to eight bits and back: the runtime then multiplies the rounded ones. */
  #coarse(x: string): string {
    if (!this.#isSmall) return x;
    const grid = [this.#constant([], Float32Array.of(0.05)), this.#constant([], Uint8Array.of(128))];
    return this.node('DequantizeLinear', [this.node('QuantizeLinear', [x, ...grid]), ...grid]);
  }

  /** Weights that are multiplied with; each channel along `axis` has its own scale. */
  #factors(dims: readonly number[], scale: number, axis: number): string {
    if (!this.#isSmall) return this.#weights(dims, scale);
    const length = dims.reduce((product, dim) => product * dim, 1);
    const values = Int8Array.from({ length }, () => Math.round(127 * (2 * this.#random() - 1)));
    const channels = dims[axis]!;
    const grid = [
      this.#constant([channels], new Float32Array(channels).fill(scale / 127)),
      this.#constant([channels], new Int8Array(channels)),
    ];
    return this.node('DequantizeLinear', [this.#constant(dims, values), ...grid], { axis });
  }

  #weights(dims: readonly number[], scale: number): string {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length }, () => scale * (2 * this.#random() - 1));
    return this.#constant(dims, values);
  }

  #integers(...values: readonly number[]): string {
    return this.#constant([values.length], BigInt64Array.from(values, BigInt));
  }

  #constant(dims: readonly number[], values: OnnxTensor['values']): string {
    const name = `c${this.constants.length}`;
    this.constants.push({ name, dims, values });
    return name;
  }
}

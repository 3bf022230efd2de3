/** Small models of the form that smart-turn v3 has, whose answers can be foretold. */
import { type OnnxGraph, type OnnxPort, serializeOnnx } from './onnx-file.fixture.ts';

const FEATURES: OnnxPort = { name: 'input_features', dims: ['batch', 80, 800] };
const ANSWER: OnnxPort = { name: 'logits', dims: ['batch', 1] };
const CONSTANTS: OnnxGraph['constants'] = [
  { name: 'axes', dims: [2], values: BigInt64Array.of(1n, 2n) },
  { name: 'column', dims: [2], values: BigInt64Array.of(-1n, 1n) },
];
const MEAN: OnnxGraph['nodes'] = [
  { operator: 'ReduceMean', inputs: ['input_features', 'axes'], output: 'mean', attributes: { keepdims: 0 } },
];

/** Answers 1 / (1 + exp(−mean of the features)). */
export function meanModel(changes: Partial<OnnxGraph> = {}): Uint8Array {
  const nodes = [
    ...MEAN,
    { operator: 'Reshape', inputs: ['mean', 'column'], output: 'score' },
    { operator: 'Sigmoid', inputs: ['score'], output: 'logits' },
  ];
  return serializeOnnx({ inputs: [FEATURES], outputs: [ANSWER], nodes, constants: CONSTANTS, ...changes });
}

/** Answers the mean itself, which is no probability when it is below 0: as of silence. */
export function scoreModel(): Uint8Array {
  const reshape = { operator: 'Reshape', inputs: ['mean', 'column'], output: 'logits' };
  return meanModel({ nodes: [...MEAN, reshape] });
}

/** Answers for each band by itself. */
export function bandsModel(): Uint8Array {
  const constants = [{ name: 'axes', dims: [1], values: BigInt64Array.of(2n) }];
  const outputs = [{ ...ANSWER, dims: ['batch', 80] }];
  const sigmoid = { operator: 'Sigmoid', inputs: ['mean'], output: 'logits' };
  return meanModel({ nodes: [...MEAN, sigmoid], constants, outputs });
}

export const answerOfMeanModel = (features: Float32Array): number =>
  1 / (1 + Math.exp(-features.reduce((sum, value) => sum + value, 0) / features.length));

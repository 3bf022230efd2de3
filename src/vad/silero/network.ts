/**
 * Silero VAD v6, the branch for 8000 Hz: spectra → four convolutions → one LSTM layer → the probability of speech.
 * Source of the structure: the graph in the model file that NOTICE.md names.
 */
import { Floats } from './floats.ts';
import { createKernels } from './kernels.ts';
import { Dense, FourStepConvolution, type LayerRoom } from './layers.ts';
import { HOP_SAMPLES, Spectra } from './spectrum.ts';
import { BINS, NARROW, TAPS, type Tensors, UNITS, WIDE } from './tensors.ts';

/** New samples per window: 32 ms. */
export const WINDOW_SAMPLES = 256;
/** The last samples of the window before, which the network sees again. */
export const CONTEXT_SAMPLES = 32;
/** After the window its own end, mirrored. */
const MIRRORED_SAMPLES = 32;
const INPUT_SAMPLES = CONTEXT_SAMPLES + WINDOW_SAMPLES + MIRRORED_SAMPLES;
/** Spectra per window. */
const STEPS = 4;
const GATES = 4;
/** For the weights, and the numbers of one window. */
const ROOM_BYTES = 1.25 * 2 ** 20;

/** What the network remembers of one call. */
export class NetworkState {
  readonly hidden = new Float64Array(UNITS);
  readonly cell = new Float64Array(UNITS);
}

/** The weights, and room for the numbers of one window; all calls take turns in it. */
export class Network {
  readonly #spectra = new Spectra();
  readonly #input = new Float64Array(INPUT_SAMPLES);
  readonly #magnitudes: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #third: Float32Array;
  /** The encoder's result, then the hidden state: the recurrent layer reads them as one vector. */
  readonly #joined: Float32Array;
  readonly #gates: Float32Array;
  readonly #conv0: FourStepConvolution;
  readonly #conv1: readonly [Dense, Dense];
  readonly #conv2: Dense;
  readonly #conv3: Dense;
  readonly #recurrent: Dense;
  readonly #output: Float32Array;
  readonly #outputBias: number;

  constructor(tensors: Tensors) {
    const floats = new Floats(ROOM_BYTES);
    const room = { floats, kernels: createKernels(floats.memory) };
    this.#magnitudes = floats.take(BINS * STEPS);
    this.#first = floats.take(WIDE * STEPS);
    this.#second = floats.take(NARROW * 2);
    this.#third = floats.take(NARROW);
    this.#joined = floats.take(WIDE + UNITS);
    this.#gates = floats.take(GATES * UNITS);
    this.#conv0 = new FourStepConvolution(room, BINS, tensors['encoder.0.bias'], tensors['encoder.0.weight']);
    // Strides of two: of four steps the first and the third are the middle of an output, whose other taps are the
    // steps around them, or padding. Of two steps only the first is; then one is left.
    this.#conv1 = [tapsOf(room, tensors, 1, [1, 2]), tapsOf(room, tensors, 1, [0, 1, 2])];
    this.#conv2 = tapsOf(room, tensors, 2, [1, 2]);
    this.#conv3 = tapsOf(room, tensors, 3, [1]);
    this.#recurrent = recurrentLayer(room, tensors);
    this.#output = tensors['output.weight'];
    this.#outputBias = tensors['output.bias'][0]!;
  }

  /**
   * The probability, 0 … 1, that there is speech in the 256 samples from `start + 32`, on the scale ±1; the 32 before
   * are those that came before. Moves `state` on. Allocates nothing.
   */
  run(samples: Float32Array, start: number, state: NetworkState): number {
    this.#readInput(samples, start);
    for (let step = 0; step < STEPS; step += 2)
      this.#spectra.pair(this.#input, step * HOP_SAMPLES, this.#magnitudes, step);
    this.#conv0.apply(this.#magnitudes, this.#first);
    this.#conv1[0].multiply(this.#first, 0, this.#second);
    this.#conv1[1].multiply(this.#first, WIDE, this.#second, NARROW);
    this.#conv2.multiply(this.#second, 0, this.#third);
    this.#conv3.multiply(this.#third, 0, this.#joined);
    this.#joined.set(state.hidden, WIDE);
    this.#recurrent.multiply(this.#joined, 0, this.#gates);
    return this.#recur(state);
  }

  #readInput(samples: Float32Array, start: number): void {
    const input = this.#input;
    const given = CONTEXT_SAMPLES + WINDOW_SAMPLES;
    for (let i = 0; i < given; i++) input[i] = samples[start + i]!;
    for (let i = 0; i < MIRRORED_SAMPLES; i++) input[given + i] = input[given - 2 - i]!;
  }

  #recur({ hidden, cell }: NetworkState): number {
    const gates = this.#gates;
    const weights = this.#output;
    let sum = this.#outputBias;
    for (let i = 0; i < UNITS; i++) {
      const input = sigmoid(gates[i]!);
      const forget = sigmoid(gates[UNITS + i]!);
      const candidate = tanh(gates[2 * UNITS + i]!);
      const output = sigmoid(gates[3 * UNITS + i]!);
      const c = forget * cell[i]! + input * candidate;
      const h = output * tanh(c);
      cell[i] = c;
      hidden[i] = h;
      sum += weights[i]! * Math.max(h, 0);
    }
    return sigmoid(sum);
  }
}

/** One output of a convolution as a matrix over the steps that its taps see, one step after the other. */
function tapsOf(room: LayerRoom, tensors: Tensors, layer: 1 | 2 | 3, taps: readonly number[]): Dense {
  const weights = tensors[`encoder.${layer}.weight`];
  const bias = tensors[`encoder.${layer}.bias`];
  const inputs = weights.length / bias.length / TAPS;
  const matrix = { columns: inputs * taps.length, bias, isRectified: true };
  return new Dense(room, matrix, (row, column) => {
    return weights[(row * inputs + (column % inputs)) * TAPS + taps[Math.floor(column / inputs)]!]!;
  });
}

function recurrentLayer(room: LayerRoom, tensors: Tensors): Dense {
  const ofInput = tensors['rnn.weight_ih'];
  const ofHidden = tensors['rnn.weight_hh'];
  const bias = tensors['rnn.bias_ih'].map((value, i) => value + tensors['rnn.bias_hh'][i]!);
  return new Dense(room, { columns: WIDE + UNITS, bias, isRectified: false }, (row, column) =>
    column < WIDE ? ofInput[row * WIDE + column]! : ofHidden[row * UNITS + column - WIDE]!,
  );
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** By the exponential function, at half the time of `Math.tanh`; saturates as it should. */
function tanh(x: number): number {
  return 2 / (1 + Math.exp(-2 * x)) - 1;
}

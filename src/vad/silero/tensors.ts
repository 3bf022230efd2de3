/** The parameters of the network in the order of the weights file: float32, little-endian, one after the other. */

/** How many hidden units the recurrent layer has, and with it the size of the network's memory. */
export const UNITS = 128;
/** Frequencies of a spectrum: 0 … 4000 Hz in steps of 62.5 Hz. */
export const BINS = 65;
/** Channels of the convolutions: the first and the last give many, the two between them few. */
export const WIDE = 128;
export const NARROW = 64;
export const TAPS = 3;

const LENGTHS = {
  'encoder.0.weight': BINS * WIDE * TAPS,
  'encoder.0.bias': WIDE,
  'encoder.1.weight': WIDE * NARROW * TAPS,
  'encoder.1.bias': NARROW,
  'encoder.2.weight': NARROW * NARROW * TAPS,
  'encoder.2.bias': NARROW,
  'encoder.3.weight': NARROW * WIDE * TAPS,
  'encoder.3.bias': WIDE,
  'rnn.weight_ih': 4 * UNITS * WIDE,
  'rnn.weight_hh': 4 * UNITS * UNITS,
  'rnn.bias_ih': 4 * UNITS,
  'rnn.bias_hh': 4 * UNITS,
  'output.weight': UNITS,
  'output.bias': 1,
} as const;

export type TensorName = keyof typeof LENGTHS;
export type Tensors = Readonly<Record<TensorName, Float32Array>>;

export const TENSOR_NAMES = Object.keys(LENGTHS) as readonly TensorName[];
/** Throws `RangeError` when the bytes are not exactly one network. Typed arrays are little-endian wherever Node runs. */
export function parseTensors(file: Uint8Array): Tensors {
  const floats = TENSOR_NAMES.reduce((sum, name) => sum + LENGTHS[name], 0);
  const length = floats * Float32Array.BYTES_PER_ELEMENT;
  if (file.length !== length) throw new RangeError(`the weights are ${file.length} bytes long, not ${length}`);
  const all = new Float32Array(new Uint8Array(file).buffer);
  let at = 0;
  const entries = TENSOR_NAMES.map((name) => {
    at += LENGTHS[name];
    return [name, all.subarray(at - LENGTHS[name], at)] as const;
  });
  return Object.fromEntries(entries) as Record<TensorName, Float32Array>;
}

/** The inverse of `parseTensors`. */
export function serializeTensors(tensors: Tensors): Uint8Array {
  return Buffer.concat(
    TENSOR_NAMES.map((name) => {
      const { buffer, byteOffset, byteLength } = tensors[name];
      return new Uint8Array(buffer, byteOffset, byteLength);
    }),
  );
}

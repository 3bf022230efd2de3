import { FRAME_BYTES } from '../audio/frame.ts';
import { rmsOfFrame } from '../audio/level.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import type { Span } from './ear.ts';
import { createRandom } from './random.ts';

/** What the caller says or does with the voice, µ-law, and where in it there is sound. */
export interface Clip {
  readonly audio: Uint8Array;
  /** From the first to the last sound, in ms of the clip. */
  readonly speech: Span;
}

const SOUND_RMS = 150;

/** Finds the sound in a recording by frames of 10 ms. A clip without any counts as sound from end to end. */
export function createClip(audio: Uint8Array): Clip {
  const step = FRAME_BYTES / 2;
  let first: number | undefined;
  let last = 0;
  for (let at = 0; at < audio.length; at += step) {
    if (rmsOfFrame(audio.subarray(at, at + step)) < SOUND_RMS) continue;
    first ??= at;
    last = Math.min(at + step, audio.length);
  }
  if (first === undefined) return { audio, speech: { from: 0, to: audio.length / 8 } };
  return { audio, speech: { from: first / 8, to: last / 8 } };
}

/** Two seconds of the soft hiss that a quiet telephone line has (about −66 dBm0), to be repeated. */
export function createHiss(seed: number): Uint8Array {
  const random = createRandom(seed);
  return encodeMulaw(Int16Array.from({ length: 16_000 }, () => Math.round((random() - 0.5) * 28)));
}

/** A cough: two bursts of dull noise that die away, 380 ms in all. */
export function createCough(seed: number): Clip {
  const random = createRandom(seed);
  let dull = 0;
  const samples = Int16Array.from({ length: 3_040 }, (_, i) => {
    const inBurst = i < 1_360 ? i : i - 1_680;
    if (inBurst < 0 || inBurst >= 1_360) return 0;
    dull += 0.35 * ((random() - 0.5) * 2 - dull);
    const attack = Math.min(1, inBurst / 80);
    return Math.round(dull * 16_000 * attack * Math.exp(-inBurst / 420));
  });
  return createClip(encodeMulaw(samples));
}

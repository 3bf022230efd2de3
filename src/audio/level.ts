/** Loudness of µ-law audio, on the linear 16-bit scale where a full-scale square wave has an RMS of 32768. */
import { MULAW_TO_LINEAR } from './mulaw.ts';

/** The largest square, 32124², fits in 31 bits. */
const SQUARES: Int32Array = Int32Array.from(MULAW_TO_LINEAR, (value) => value * value);

const FULL_SCALE = 32_768;
/** RFC 6464, section 3: the level that stands for digital silence. */
const SILENCE_DBOV = -127;

/** The mean square of the samples, 0 for none. Allocates nothing. */
export function meanSquareOfFrame(frame: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < frame.length; i++) sum += SQUARES[frame[i]!]!;
  return frame.length === 0 ? 0 : sum / frame.length;
}

/** The RMS of the samples, 0 … 32124. Allocates nothing. */
export function rmsOfFrame(frame: Uint8Array): number {
  return Math.sqrt(meanSquareOfFrame(frame));
}

/** The level relative to overload, never below −127 dBov, which is also the level of digital silence. */
export function rmsToDbov(rms: number): number {
  return rms <= 0 ? SILENCE_DBOV : Math.max(SILENCE_DBOV, 20 * Math.log10(rms / FULL_SCALE));
}

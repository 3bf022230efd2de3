/**
 * Whether what is heard is a copy of what was sent, sample by sample: certain within a tenth of a second, where loudness
 * alone needs nearly a whole one. It is dear, so that it is asked only until it is known whether a line echoes.
 *
 * Both signals are kept at 2000 Hz: an echo has most of a voice's power below 1000 Hz, and nothing there depends on a delay
 * that is no whole number of samples.
 */
import { FRAME_BYTES } from './frame.ts';
import { MULAW_TO_LINEAR } from './mulaw.ts';

const DECIMATION = 4;
/** Samples kept of a frame. */
export const FRAME_SAMPLES = FRAME_BYTES / DECIMATION;
/** 120 ms are compared. */
const WINDOW_FRAMES = 6;
const WINDOW = WINDOW_FRAMES * FRAME_SAMPLES;
/** Delays whose sums are made side by side: one sum alone waits for each of its additions. */
const SIDE_BY_SIDE = 4;
/** Two strange voices in the same pitch reach 0.7 now and then. */
const LEAST_CORRELATION = 0.8;

export interface WaveMatch {
  /** In samples of 2000 Hz. */
  readonly lag: number;
  readonly gainDb: number;
}

export class EchoWave {
  readonly #mostLag: number;
  readonly #slots: number;
  readonly #sent: Float32Array;
  readonly #heard = new Float32Array(WINDOW);
  /** Sent samples that a comparison looks at, in one piece. */
  readonly #reach: Float32Array;
  readonly #sums = new Float64Array(SIDE_BY_SIDE);

  /** `mostLag` in frames. */
  constructor(mostLag: number) {
    this.#mostLag = mostLag;
    // Frames are sent ahead of their time, too.
    this.#slots = mostLag + WINDOW_FRAMES + AHEAD_FRAMES;
    this.#sent = new Float32Array(this.#slots * FRAME_SAMPLES);
    this.#reach = new Float32Array((mostLag + WINDOW_FRAMES) * FRAME_SAMPLES + SIDE_BY_SIDE);
  }

  sent(frame: Uint8Array, slot: number): void {
    decimate(frame, this.#sent, (slot % this.#slots) * FRAME_SAMPLES);
  }

  /** Nothing was sent in this slot. */
  silent(slot: number): void {
    const at = (slot % this.#slots) * FRAME_SAMPLES;
    this.#sent.fill(0, at, at + FRAME_SAMPLES);
  }

  heard(frame: Uint8Array): void {
    this.#heard.copyWithin(0, FRAME_SAMPLES);
    decimate(frame, this.#heard, WINDOW - FRAME_SAMPLES);
  }

  /** The delay at which the newest 120 ms that were heard, which end with `slot`, are like what was sent. */
  match(slot: number): WaveMatch | undefined {
    this.#gather(slot);
    const heard = this.#heard;
    const sent = this.#reach;
    const sums = this.#sums;
    const last = sent.length - SIDE_BY_SIDE - WINDOW;
    const heardPower = power(heard, 0);
    if (heardPower === 0) return undefined;
    let best = -1;
    let bestScore = LEAST_CORRELATION * LEAST_CORRELATION * heardPower;
    let sentPower = power(sent, 0);
    for (let at = 0, summed = 0; at <= last; at++) {
      if (at > 0) sentPower += sent[at + WINDOW - 1]! ** 2 - sent[at - 1]! ** 2;
      if (sentPower < SILENT_POWER) continue;
      if (at >= summed) {
        this.#correlate(at);
        summed = at + SIDE_BY_SIDE;
      }
      const sum = sums[at + SIDE_BY_SIDE - summed]!;
      // The square of the correlation, times the power of what was heard.
      const score = sum > 0 ? (sum * sum) / sentPower : 0;
      if (score <= bestScore) continue;
      bestScore = score;
      best = at;
    }
    if (best < 0) return undefined;
    return { lag: last - best, gainDb: 10 * Math.log10(heardPower / power(sent, best)) };
  }

  /** What was heard with what was sent from `from` on, and from the next three places on. */
  #correlate(from: number): void {
    const heard = this.#heard;
    const sent = this.#reach;
    let [a, b, c, d] = [0, 0, 0, 0];
    let s = sent[from]!;
    let t = sent[from + 1]!;
    let u = sent[from + 2]!;
    for (let i = 0; i < WINDOW; i++) {
      const h = heard[i]!;
      const v = sent[from + i + 3]!;
      a += h * s;
      b += h * t;
      c += h * u;
      d += h * v;
      s = t;
      t = u;
      u = v;
    }
    this.#sums[0] = a;
    this.#sums[1] = b;
    this.#sums[2] = c;
    this.#sums[3] = d;
  }

  #gather(slot: number): void {
    const frames = this.#mostLag + WINDOW_FRAMES;
    for (let i = 0; i < frames; i++) {
      const from = ((((slot - frames + 1 + i) % this.#slots) + this.#slots) % this.#slots) * FRAME_SAMPLES;
      this.#reach.set(this.#sent.subarray(from, from + FRAME_SAMPLES), i * FRAME_SAMPLES);
    }
  }
}

/** Longer than the lead with which anything is sent. */
const AHEAD_FRAMES = 30;
/** Sent speech is far above it: −60 dBov. */
const SILENT_POWER = WINDOW * 33 ** 2;

function power(samples: Float32Array, from: number): number {
  let sum = 0;
  for (let i = from; i < from + WINDOW; i++) sum += samples[i]! * samples[i]!;
  return sum;
}

function decimate(frame: Uint8Array, into: Float32Array, at: number): void {
  for (let i = 0; i < FRAME_SAMPLES; i++) {
    let sum = 0;
    for (let k = 0; k < DECIMATION; k++) sum += MULAW_TO_LINEAR[frame[i * DECIMATION + k]!]!;
    into[at + i] = sum / DECIMATION;
  }
}

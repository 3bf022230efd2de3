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
/** 40 ms are judged once the delay is known. */
const JUDGED = 2 * FRAME_SAMPLES;
/** Neighbours on each side of the delay, and how often all are gone through. */
const TAPS = 1;
const ROUNDS = 4;
/** Share that is left of a copy, with the line's own noise in it. */
const WELL_EXPLAINED = 0.2;
/** Noise as loud as the echo leaves 0.7 of it. */
const LEAST_CORRELATION = 0.6;

export interface WaveMatch {
  /** In samples of 2000 Hz. */
  readonly lag: number;
  readonly correlation: number;
  readonly gainDb: number;
}

export class EchoWave {
  readonly #mostLag: number;
  readonly #slots: number;
  readonly #sent: Float32Array;
  readonly #heard = new Float32Array(WINDOW);
  readonly #rest = new Float32Array(JUDGED);
  /** Of the ring of sent samples. */
  readonly #span: number;
  #shift = 0;
  /** Sent samples that a comparison looks at, in one piece. */
  readonly #reach: Float32Array;
  readonly #sums = new Float64Array(SIDE_BY_SIDE);

  /** `mostLag` in frames. */
  constructor(mostLag: number) {
    this.#mostLag = mostLag;
    // Frames are sent ahead of their time, too.
    this.#slots = mostLag + WINDOW_FRAMES + AHEAD_FRAMES;
    this.#span = this.#slots * FRAME_SAMPLES;
    this.#sent = new Float32Array(this.#span);
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
    const correlation = Math.sqrt(bestScore / heardPower);
    return { lag: last - best, correlation, gainDb: 10 * Math.log10(heardPower / power(sent, best)) };
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

  /**
   * Which share of what the newest 40 ms hold, which end with `slot`, is no copy of what was sent about `lag` samples
   * before: not even a copy that the line has bent a little. 1 if nothing of it is. Frames are placed by whole slots, so
   * that the delay shifts by up to a frame whenever the agent begins to speak.
   */
  unexplained(slot: number, lag: number): number {
    let power = 0;
    for (let i = WINDOW - JUDGED; i < WINDOW; i++) power += this.#heard[i]! * this.#heard[i]!;
    if (power === 0) return 1;
    const base = (slot + 1) * FRAME_SAMPLES - JUDGED - lag;
    const usual = this.#left(base - this.#shift, power);
    if (usual <= WELL_EXPLAINED * power) return usual / power;
    const shift = this.#bestShift(base);
    const shifted = this.#left(base - shift, power);
    if (shifted >= usual) return usual / power;
    this.#shift = shift;
    return shifted / power;
  }

  /** How many samples later than usual the sent samples fit best. */
  #bestShift(base: number): number {
    const span = this.#span;
    let best = 0;
    let bestScore = 0;
    for (let shift = -FRAME_SAMPLES; shift <= FRAME_SAMPLES; shift++) {
      let [both, power] = [0, 0];
      for (let i = WINDOW - JUDGED, k = inRing(base - shift, span); i < WINDOW; i++, k = k + 1 === span ? 0 : k + 1) {
        both += this.#heard[i]! * this.#sent[k]!;
        power += this.#sent[k]! * this.#sent[k]!;
      }
      const score = both > 0 && power > 1 ? (both * both) / power : 0;
      if (score <= bestScore) continue;
      bestScore = score;
      best = shift;
    }
    return best;
  }

  /** The power that three neighbouring samples do not explain: a delay may lie between two of them. */
  #left(base: number, power: number): number {
    for (let i = 0; i < JUDGED; i++) this.#rest[i] = this.#heard[WINDOW - JUDGED + i]!;
    let left = power;
    // One after the other, each on what the others have left, until hardly anything changes.
    for (let round = 0; round < ROUNDS; round++) {
      for (let tap = -TAPS; tap <= TAPS; tap++) left = this.#takeOut(inRing(base + tap, this.#span), left);
    }
    return Math.max(0, left);
  }

  /** Subtracts what of the rest is like the sent samples from `at` of the ring; returns the power that is left. */
  #takeOut(at: number, rest: number): number {
    const [sent, left, span] = [this.#sent, this.#rest, this.#span];
    let both = 0;
    let power = 0;
    for (let i = 0, k = at; i < JUDGED; i++, k = k + 1 === span ? 0 : k + 1) {
      both += left[i]! * sent[k]!;
      power += sent[k]! * sent[k]!;
    }
    if (power < 1) return rest;
    const gain = both / power;
    for (let i = 0, k = at; i < JUDGED; i++, k = k + 1 === span ? 0 : k + 1) left[i] = left[i]! - gain * sent[k]!;
    return rest - gain * both;
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

const inRing = (at: number, span: number): number => ((at % span) + span) % span;

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

/**
 * The voice of an operator who has taken the call over: live µ-law from a browser, played out through the call's queue
 * behind a short buffer that takes the unevenness out of it. It also tells when the operator has spoken.
 */
import { rmsOfFrame } from '../audio/level.ts';
import type { Clock } from '../core/clock.ts';
import type { PlayoutQueue } from './playout-queue.ts';

/** Names the live audio in marks; above every reply that a call can count to, and below the apology's. */
export const OPERATOR_REPLY = 999_999_998;

export interface OperatorVoiceOptions {
  readonly clock: Clock;
  readonly playout: PlayoutQueue;
  /** The operator has spoken between two times of the clock. */
  readonly onSpoke: (from: number, to: number) => void;
}

const BYTES_PER_MS = 8;
/** So much is gathered before the line sounds: what browsers and networks are late by. */
const GATHER_MS = 120;
/** Audio that comes faster than it plays is dropped beyond this, or the operator would talk into the past. */
const MOST_AHEAD_MS = 600;
/** Above a quiet room, below speech into a headset. */
const SPEECH_RMS = 250;
const SPEECH_ENDS_AFTER_MS = 800;

export class OperatorVoice {
  readonly #o: OperatorVoiceOptions;
  readonly #gathered: Uint8Array[] = [];
  #gatheredMs = 0;
  /** When what has been queued will have played. */
  #playsUntil = Number.NEGATIVE_INFINITY;
  #spokeFrom: number | undefined;
  #spokeTo = 0;
  #dropped = 0;

  constructor(options: OperatorVoiceOptions) {
    this.#o = options;
    options.playout.open(OPERATOR_REPLY);
  }

  /** Pieces that were dropped because they came faster than they play. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Keeps `audio`. */
  push(audio: Uint8Array): void {
    const now = this.#o.clock.now();
    this.#listen(audio, now);
    if (this.#playsUntil > now) return this.#queue(audio, now);
    this.#gathered.push(audio);
    this.#gatheredMs += audio.length / BYTES_PER_MS;
    if (this.#gatheredMs < GATHER_MS) return;
    const pieces = this.#gathered.splice(0);
    this.#gatheredMs = 0;
    this.#playsUntil = now;
    for (const piece of pieces) this.#queue(piece, now);
  }

  /** The operator says no more: what was said last is told of. */
  end(): void {
    if (this.#spokeFrom !== undefined) this.#o.onSpoke(this.#spokeFrom, this.#spokeTo);
    this.#spokeFrom = undefined;
  }

  #queue(audio: Uint8Array, now: number): void {
    if (this.#playsUntil - now > MOST_AHEAD_MS) {
      this.#dropped++;
      return;
    }
    this.#playsUntil += audio.length / BYTES_PER_MS;
    this.#o.playout.enqueue(OPERATOR_REPLY, audio);
  }

  #listen(audio: Uint8Array, now: number): void {
    if (rmsOfFrame(audio) >= SPEECH_RMS) {
      this.#spokeFrom ??= now;
      this.#spokeTo = now + audio.length / BYTES_PER_MS;
    } else if (this.#spokeFrom !== undefined && now - this.#spokeTo >= SPEECH_ENDS_AFTER_MS) this.end();
  }
}

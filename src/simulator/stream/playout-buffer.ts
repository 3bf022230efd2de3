import { MULAW_SILENCE } from '../../audio/mulaw.ts';

const SAMPLES_PER_MS = 8;

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * Twilio's buffer towards the caller: what arrives is played at once if nothing is buffered, else behind what is.
 * All positions are samples since the stream began, so that what the caller heard is exact to the sample.
 */
export class PlayoutBuffer {
  readonly #pieces: Piece[] = [];
  #end = 0;

  /** The position at which everything buffered has been played. */
  get end(): number {
    return this.#end;
  }

  /** Returns the position at which these bytes begin to play. The bytes are kept, not copied. */
  write(bytes: Uint8Array, now: number): number {
    const start = Math.max(now, this.#end);
    this.#pieces.push({ start, bytes });
    this.#end = start + bytes.length;
    return start;
  }

  /** Drops what has not been played at `now`. */
  clear(now: number): void {
    if (this.#end <= now) return;
    for (let last = this.#pieces.at(-1); last && last.start >= now; last = this.#pieces.at(-1)) this.#pieces.pop();
    const last = this.#pieces.pop();
    if (last) this.#pieces.push({ start: last.start, bytes: last.bytes.subarray(0, now - last.start) });
    this.#end = now;
  }

  /** Fills `into` with what plays from position `from`, silence where nothing does, and forgets what came before. */
  read(into: Uint8Array, from: number): void {
    into.fill(MULAW_SILENCE);
    const to = from + into.length;
    for (let piece = this.#pieces[0]; piece && piece.start < to; piece = this.#pieces[0]) {
      const first = Math.max(piece.start, from);
      const last = Math.min(piece.start + piece.bytes.length, to);
      if (first < last) into.set(piece.bytes.subarray(first - piece.start, last - piece.start), first - from);
      if (piece.start + piece.bytes.length > to) return;
      this.#pieces.shift();
    }
  }
}

/** Milliseconds to samples at 8000 Hz. */
export function toSamples(ms: number): number {
  return Math.round(ms * SAMPLES_PER_MS);
}

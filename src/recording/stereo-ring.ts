import { MULAW_SILENCE } from '../audio/mulaw.ts';

export const LEFT = 0;
export const RIGHT = 1;
export type Channel = typeof LEFT | typeof RIGHT;

/**
 * The newest seconds of both channels on one grid of samples, silent where nothing was written. Positions are samples
 * since the call began; what is written beyond the ring's length falls on what is oldest.
 */
export class StereoRing {
  readonly #bytes: Uint8Array;
  readonly #samples: number;

  constructor(samples: number) {
    this.#samples = samples;
    this.#bytes = new Uint8Array(2 * samples).fill(MULAW_SILENCE);
  }

  /** Copies `frame` from its byte `skip` on; `position` is that of its first byte. */
  write(channel: Channel, position: number, frame: Uint8Array, skip: number): void {
    const bytes = this.#bytes;
    let at = 2 * ((position + skip) % this.#samples) + channel;
    for (let i = skip; i < frame.length; i++) {
      bytes[at] = frame[i]!;
      at += 2;
      if (at >= bytes.length) at -= bytes.length;
    }
  }

  silence(channel: Channel, from: number, to: number): void {
    for (let position = from; position < to; position++) {
      this.#bytes[2 * (position % this.#samples) + channel] = MULAW_SILENCE;
    }
  }

  /** Hands out what lies between two positions, in one piece or two, and forgets it when `use` returns. */
  take<Result>(from: number, to: number, use: (pieces: readonly Uint8Array[]) => Result): Result {
    const [start, size] = [2 * (from % this.#samples), 2 * (to - from)];
    const first = this.#bytes.subarray(start, start + size);
    const pieces = first.length === size ? [first] : [first, this.#bytes.subarray(0, size - first.length)];
    try {
      return use(pieces);
    } finally {
      for (const piece of pieces) piece.fill(MULAW_SILENCE);
    }
  }

  clear(): void {
    this.#bytes.fill(MULAW_SILENCE);
  }
}

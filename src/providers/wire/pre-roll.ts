/** The last moments of a line, for what was said before a detector noticed it. Keeping them allocates nothing. */
export class PreRoll {
  readonly #ring: Uint8Array;
  #next = 0;
  #filled = 0;

  constructor(bytes: number) {
    this.#ring = new Uint8Array(bytes);
  }

  push(audio: Uint8Array): void {
    const ring = this.#ring;
    for (let i = Math.max(0, audio.length - ring.length); i < audio.length; i++) {
      ring[this.#next] = audio[i]!;
      this.#next = (this.#next + 1) % ring.length;
    }
    this.#filled = Math.min(ring.length, this.#filled + audio.length);
  }

  /** A copy of the newest `bytes`, or of all when fewer are kept, oldest first. They stay. */
  newest(bytes: number): Uint8Array<ArrayBuffer> {
    const ring = this.#ring;
    const out = new Uint8Array(Math.max(0, Math.min(this.#filled, bytes)));
    const start = (this.#next - out.length + ring.length) % ring.length;
    const head = ring.subarray(start, start + out.length);
    out.set(head);
    out.set(ring.subarray(0, out.length - head.length), head.length);
    return out;
  }

  /** Hands over everything kept, oldest first, in one or two pieces that are good until the next `push`. */
  drain(take: (audio: Uint8Array) => void): void {
    const start = (this.#next - this.#filled + this.#ring.length) % this.#ring.length;
    const head = Math.min(this.#filled, this.#ring.length - start);
    if (head > 0) take(this.#ring.subarray(start, start + head));
    if (this.#filled > head) take(this.#ring.subarray(0, this.#filled - head));
    this.#filled = 0;
  }

  /** Everything kept, oldest first, in a buffer of its own; then it is empty. */
  take(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#filled);
    let at = 0;
    this.drain((piece) => {
      out.set(piece, at);
      at += piece.length;
    });
    return out;
  }
}

/** The last moments of a line, for what was said before a detector noticed it. */
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

  /** Everything kept, oldest first, in a buffer of its own; then it is empty. */
  take(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#filled);
    const start = (this.#next - this.#filled + this.#ring.length) % this.#ring.length;
    const head = Math.min(this.#filled, this.#ring.length - start);
    out.set(this.#ring.subarray(start, start + head));
    out.set(this.#ring.subarray(0, this.#filled - head), head);
    this.#filled = 0;
    return out;
  }
}

/** The last seconds of a call's audio, at positions counted in bytes from its beginning. */
export class AudioTail {
  readonly #ring: Uint8Array;
  #end = 0;

  constructor(bytes: number) {
    this.#ring = new Uint8Array(bytes);
  }

  /** The position after the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** The position of the oldest byte that is still here. */
  get start(): number {
    return Math.max(0, this.#end - this.#ring.length);
  }

  push(audio: Uint8Array): void {
    const size = this.#ring.length;
    const kept = audio.length > size ? audio.subarray(audio.length - size) : audio;
    const at = (this.#end + audio.length - kept.length) % size;
    const room = Math.min(kept.length, size - at);
    if (room === kept.length) this.#ring.set(kept, at);
    else {
      this.#ring.set(kept.subarray(0, room), at);
      this.#ring.set(kept.subarray(room), 0);
    }
    this.#end += audio.length;
  }

  /** A copy of what lies between two positions, which must be between `start` and `end`. */
  copy(from: number, to: number): Uint8Array {
    const out = new Uint8Array(to - from);
    const at = from % this.#ring.length;
    const head = Math.min(out.length, this.#ring.length - at);
    out.set(this.#ring.subarray(at, at + head));
    out.set(this.#ring.subarray(0, out.length - head), head);
    return out;
  }
}

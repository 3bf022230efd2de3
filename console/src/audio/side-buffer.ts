/**
 * Two voices laid on one line of call time and read a quarter of a second behind the newest of them. What is late is
 * dropped; when nothing is left to read the reader waits until the quarter is there again; when too much has piled up it
 * leaps ahead. All numbers are samples.
 */
export class SideBuffer {
  readonly #size: number;
  readonly #behind: number;
  readonly #most: number;
  readonly #sides: readonly [Float32Array, Float32Array];
  #readAt = 0;
  #writtenTo = 0;
  #isPlaying = false;
  #hasBegun = false;

  constructor({ behind, most, size }: { readonly behind: number; readonly most: number; readonly size: number }) {
    this.#behind = behind;
    this.#most = most;
    this.#size = size;
    this.#sides = [new Float32Array(size), new Float32Array(size)];
  }

  /** How much is there to be read. */
  get waiting(): number {
    return this.#hasBegun ? Math.max(0, this.#writtenTo - this.#readAt) : 0;
  }

  write(side: 0 | 1, at: number, samples: Float32Array): void {
    if (!this.#hasBegun || at > this.#writtenTo + this.#size / 2 || at + this.#size < this.#readAt) this.#restart(at);
    const ring = this.#sides[side];
    for (let i = 0; i < samples.length; i++) {
      if (at + i >= this.#readAt) ring[(at + i) % this.#size] = samples[i]!;
    }
    this.#writtenTo = Math.max(this.#writtenTo, at + samples.length);
    if (this.waiting > this.#most) this.#leapTo(this.#writtenTo - this.#behind);
  }

  /** Fills both; false when there was nothing to play. */
  read(first: Float32Array, second: Float32Array): boolean {
    if (!this.#isPlaying && this.waiting >= this.#behind) this.#isPlaying = true;
    if (!this.#isPlaying || this.waiting === 0) {
      this.#isPlaying = false;
      first.fill(0);
      second.fill(0);
      return false;
    }
    const [caller, agent] = this.#sides;
    for (let i = 0; i < first.length; i++, this.#readAt++) {
      const at = this.#readAt % this.#size;
      first[i] = caller[at]!;
      second[i] = agent[at]!;
      caller[at] = 0;
      agent[at] = 0;
    }
    this.#writtenTo = Math.max(this.#writtenTo, this.#readAt);
    return true;
  }

  #restart(at: number): void {
    for (const ring of this.#sides) ring.fill(0);
    this.#hasBegun = true;
    this.#isPlaying = false;
    this.#readAt = at;
    this.#writtenTo = at;
  }

  #leapTo(at: number): void {
    const [caller, agent] = this.#sides;
    for (; this.#readAt < at; this.#readAt++) {
      caller[this.#readAt % this.#size] = 0;
      agent[this.#readAt % this.#size] = 0;
    }
  }
}

const BLOCK_BYTES = 80_000;

/** One side of a call, µ-law, growing ten seconds at a time. */
export class Recording {
  readonly #blocks: Uint8Array[] = [];
  #used = 0;

  get lengthBytes(): number {
    return Math.max(0, this.#blocks.length - 1) * BLOCK_BYTES + this.#used;
  }

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const block = this.#blockWithRoom();
      const count = Math.min(bytes.length - from, BLOCK_BYTES - this.#used);
      block.set(bytes.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
    }
  }

  toBytes(): Uint8Array {
    const all = new Uint8Array(this.lengthBytes);
    this.#blocks.forEach((block, i) => {
      const room = all.length - i * BLOCK_BYTES;
      all.set(room < BLOCK_BYTES ? block.subarray(0, room) : block, i * BLOCK_BYTES);
    });
    return all;
  }

  #blockWithRoom(): Uint8Array {
    const last = this.#blocks.at(-1);
    if (last && this.#used < BLOCK_BYTES) return last;
    const block = new Uint8Array(BLOCK_BYTES);
    this.#blocks.push(block);
    this.#used = 0;
    return block;
  }
}

interface Chunk {
  readonly samples: Float32Array;
  at: number;
}

/** What the phone still has to play, in order, as a carrier does: a mark comes back when all before it was played. */
export class PhoneQueue {
  readonly #items: (Chunk | { readonly mark: string })[] = [];

  push(samples: Float32Array): void {
    this.#items.push({ samples, at: 0 });
  }

  /** True when nothing was before it: it has been reached already. */
  mark(name: string): boolean {
    if (this.#items.length === 0) return true;
    this.#items.push({ mark: name });
    return false;
  }

  /** Forgets what was not played, and gives back its marks. */
  clear(): readonly string[] {
    return this.#items.splice(0).flatMap((item) => ('mark' in item ? [item.mark] : []));
  }

  /** Fills `out`, with silence when nothing is left; gives back the marks that were reached. */
  read(out: Float32Array): readonly string[] {
    const reached: string[] = [];
    let filled = 0;
    for (let item = this.#items[0]; item; item = this.#items[0]) {
      if ('mark' in item) {
        reached.push(item.mark);
      } else {
        const part = item.samples.subarray(item.at, item.at + out.length - filled);
        out.set(part, filled);
        filled += part.length;
        item.at += part.length;
        if (item.at < item.samples.length) break;
      }
      this.#items.shift();
    }
    out.fill(0, filled);
    return reached;
  }
}

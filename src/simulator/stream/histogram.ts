const BUCKET_MS = 0.1;
const BUCKETS = 1_001;

/** Milliseconds in tenths, up to 100 ms; what is longer counts as 100. Fixed size, so that it costs nothing per value. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  get count(): number {
    return this.#total;
  }

  add(ms: number): void {
    const bucket = Math.min(Math.max(Math.round(ms / BUCKET_MS), 0), BUCKETS - 1);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#total++;
  }

  merge(other: Histogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] = this.#counts[i]! + other.#counts[i]!;
    this.#total += other.#total;
  }

  /** What was added after it was as `earlier` is, of which it holds everything. */
  since(earlier: Histogram): Histogram {
    const later = new Histogram();
    for (let i = 0; i < BUCKETS; i++) later.#counts[i] = this.#counts[i]! - earlier.#counts[i]!;
    later.#total = this.#total - earlier.#total;
    return later;
  }

  /** The value that `share` (0 to 1) of the values do not exceed; 0 when there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i]!;
      if (seen >= wanted) return Math.round(i * BUCKET_MS * 10) / 10;
    }
    return 0;
  }
}

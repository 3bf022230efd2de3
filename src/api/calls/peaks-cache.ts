import type { Peaks } from '../contract/calls.ts';

/** Each is some hundred kilobytes at most. */
const MOST_KEPT = 64;

/** Waveforms of the recordings that were looked at last, by the version of their sound. Made once for all who wait. */
export class PeaksCache {
  readonly #kept = new Map<string, Promise<Peaks>>();

  get(name: string, make: () => Promise<Peaks>): Promise<Peaks> {
    const known = this.#kept.get(name);
    this.#kept.delete(name);
    const peaks = known ?? make();
    this.#kept.set(name, peaks);
    if (!known) peaks.catch(() => this.#kept.delete(name)); // whoever asked is told
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return peaks;
  }
}

/** How many first tokens of a provider are remembered, and how many it takes to trust them. */
const WINDOW = 100;
const ENOUGH = 20;
/** What a quick model of 2025 needs at worst, until its own times are known. */
const USUAL_P95_MS = 1_200;

/** How long each provider took for its first token lately, in all calls of the process. */
export class FirstTokenTimes {
  readonly #recent = new Map<string, number[]>();

  record(provider: string, ms: number): void {
    const times = this.#recent.get(provider) ?? [];
    this.#recent.set(provider, times);
    if (times.push(ms) > WINDOW) times.shift();
  }

  /** All but one in twenty came within this time. */
  p95Ms(provider: string): number {
    const times = this.#recent.get(provider) ?? [];
    if (times.length < ENOUGH) return USUAL_P95_MS;
    return [...times].sort((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1]!;
  }
}

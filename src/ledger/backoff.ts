/** Waits longer and longer, up to a second: a store that has come back must not wait for us. One timer. */
import type { Clock } from '../core/clock.ts';

const FIRST_MS = 25;
const LONGEST_MS = 1000;

export class Backoff {
  readonly #clock: Clock;
  #nextMs = FIRST_MS;
  #end: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after the wait, or at once when closed. */
  async wait(): Promise<void> {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(LONGEST_MS, waitMs * 2);
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      const disarm = this.#clock.at(this.#clock.now() + waitMs, resolve);
      this.#end = () => {
        disarm();
        resolve();
      };
    });
    this.#end = undefined;
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }

  close(): void {
    this.#closed = true;
    this.#end?.();
  }
}

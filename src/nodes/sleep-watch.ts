/**
 * Notices that this process did not run for a while: it was stopped, its machine slept or was moved, or something held its
 * thread. Others may have taken its calls meanwhile, and what it believes of itself is as old as its last look at the store.
 */
import type { Clock } from '../core/clock.ts';

const TICK_MS = 200;
/** A node that does not answer for so long is taken for silent by the others. */
const SLEPT_MS = 800;

export class SleepWatch {
  readonly #clock: Clock;
  #tickedAt: number;
  /** Since when it runs again, until it knows what it has missed. */
  #wokeAt: number | undefined;
  #disarm: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tickedAt = clock.now();
    this.#arm();
  }

  /** It does not know what happened while it slept. */
  get isDazed(): boolean {
    this.#notice();
    return this.#wokeAt !== undefined;
  }

  /** A look at the store that began then has shown which calls are still this process's. */
  looked(since: number): void {
    this.#notice();
    if (this.#wokeAt !== undefined && since >= this.#wokeAt) this.#wokeAt = undefined;
  }

  close(): void {
    this.#disarm();
  }

  /** Whatever runs first after a sleep may be somebody's question, before any alarm. */
  #notice(): void {
    const now = this.#clock.now();
    if (now - this.#tickedAt >= SLEPT_MS) this.#wokeAt = now;
    this.#tickedAt = now;
  }

  #arm(): void {
    this.#disarm = this.#clock.at(this.#clock.now() + TICK_MS, () => {
      this.#notice();
      this.#arm();
    });
  }
}

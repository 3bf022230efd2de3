import type { Clock } from '../../core/clock.ts';
import { tooSlow } from '../failures.ts';

/** One passes at a time, in the order of coming; whoever waits too long gives up. */
export class Turnstile {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is one's turn, which lasts until `leave`. Rejects with `store-timeout`. */
  enter(budgetMs: number): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const pass = () => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.at(this.#clock.now() + budgetMs, () => {
        this.#waiting = this.#waiting.filter((other) => other !== pass);
        reject(tooSlow(budgetMs));
      });
      this.#waiting.push(pass);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}

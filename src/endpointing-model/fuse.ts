import type { Clock } from '../core/clock.ts';

const FAILURES = 3;
const REST_MS = 60_000;

/**
 * Keeps a model that is broken or too slow from being asked: after three failures in a row it rests for a minute, then
 * one more failure is enough for the next rest. The first rest and the recovery are told, what is between them is not.
 */
export class Fuse {
  readonly #clock: Clock;
  readonly #onNews: (news: string) => void;
  #failures = 0;
  #restsUntil: number | undefined;
  #isTold = false;

  constructor(clock: Clock, onNews: (news: string) => void) {
    this.#clock = clock;
    this.#onNews = onNews;
  }

  get isBlown(): boolean {
    return this.#restsUntil !== undefined && this.#clock.now() < this.#restsUntil;
  }

  worked(): void {
    this.#failures = 0;
    if (this.#isTold) this.#onNews('the endpointing model answers again');
    this.#isTold = false;
  }

  failed(problem: string): void {
    this.#failures++;
    if (this.#failures >= FAILURES) this.blow(problem);
  }

  blow(problem: string): void {
    this.#failures = FAILURES;
    this.#restsUntil = this.#clock.now() + REST_MS;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#onNews(`the endpointing model is not asked for a while, the words alone decide: ${problem}`);
  }
}

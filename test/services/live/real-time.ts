import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

const STEP_MS = 5;

/** A virtual clock that follows the real one, for calls in memory beside a real database. */
export class FollowingClock extends VirtualClock {
  readonly #began = performance.now();
  readonly #timer = setInterval(() => this.advanceTo(performance.now() - this.#began), STEP_MS);

  stop(): void {
    clearInterval(this.#timer);
  }
}

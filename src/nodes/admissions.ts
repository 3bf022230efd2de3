/**
 * Questions for a place that come at one moment go to the store together: asked one by one, each would wait for a connection
 * and for the lock of all those before it, and the last callers of a rush would wait longer than they may.
 */
import type { Clock } from '../core/clock.ts';
import type { PlaceVerdict } from '../store/queries/places.ts';

export interface AdmissionsOptions {
  readonly clock: Clock;
  /** Asks for places for all of these, in their order; the verdicts are in the same. */
  readonly take: (callSids: readonly string[]) => Promise<readonly PlaceVerdict[]>;
  /** While a question is younger, the next callers wait for its answer and are asked for together. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly callSid: string;
  readonly answered: PromiseWithResolvers<PlaceVerdict>;
}

/** What one statement asks for at most: others wait for the lock meanwhile. */
const MOST_AT_ONCE = 100;

export class Admissions {
  readonly #o: AdmissionsOptions;
  #waiting: Waiting[] = [];
  #inFlight: { readonly since: number } | undefined;

  constructor(options: AdmissionsOptions) {
    this.#o = options;
  }

  /** Rejects when the store cannot be asked. */
  take(callSid: string): Promise<PlaceVerdict> {
    const answered = Promise.withResolvers<PlaceVerdict>();
    this.#waiting.push({ callSid, answered });
    this.#ask();
    return answered.promise;
  }

  #ask(): void {
    const { clock, patienceMs } = this.#o;
    const now = clock.now();
    // One that hangs holds nobody else back.
    if (this.#waiting.length === 0 || (this.#inFlight && now - this.#inFlight.since < patienceMs)) return;
    const flight = { since: now };
    this.#inFlight = flight;
    void this.#answer(this.#waiting.splice(0, MOST_AT_ONCE)).then(() => {
      if (this.#inFlight === flight) this.#inFlight = undefined;
      this.#ask();
    });
  }

  async #answer(asked: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.#o.take(asked.map(({ callSid }) => callSid));
      for (const [i, { answered }] of asked.entries()) answered.resolve(verdicts[i]!);
    } catch (error) {
      for (const { answered } of asked) answered.reject(error);
    }
  }
}

import type { Clock } from '../../core/clock.ts';
import { tooSlow, type VendorOperation } from '../vendor-error.ts';

export interface StreamBudget<T> {
  readonly clock: Clock;
  readonly who: VendorOperation;
  /** Cancels the request that the stream belongs to; its reason becomes a `provider-timeout`. */
  readonly stop: AbortController;
  /** How long the next item may take after this one, or the first. */
  readonly waitMs: (last: T | undefined) => number;
  /** How long all may take together. */
  readonly totalMs?: number;
}

/** Passes a vendor's stream on. Only the time spent waiting for the vendor counts, not the listener's. */
export async function* withinBudget<T>(source: AsyncIterable<T>, budget: StreamBudget<T>): AsyncGenerator<T> {
  const { clock, who, stop, waitMs, totalMs = Number.POSITIVE_INFINITY } = budget;
  const iterator = source[Symbol.asyncIterator]();
  let waitedMs = 0;
  let last: T | undefined;
  let hasEnded = false;
  try {
    for (;;) {
      const from = clock.now();
      const allowedMs = Math.min(waitMs(last), totalMs - waitedMs);
      const late = () => stop.abort(tooSlow(who, `nothing came for ${Math.round(allowedMs)} ms`));
      const disarm = clock.at(from + allowedMs, late);
      const next = await iterator.next().finally(disarm);
      waitedMs += clock.now() - from;
      hasEnded = next.done === true;
      if (next.done) return;
      last = next.value;
      yield next.value;
    }
  } finally {
    if (!hasEnded) {
      stop.abort();
      await iterator.return?.().catch(() => {}); // it may complain of the abort above
    }
  }
}

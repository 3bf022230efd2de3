import type { Clock } from '../core/clock.ts';
import { tooSlow } from './failures.ts';

/** The promise's own end, or `store-timeout` after `ms`; then `onLate` is called, and the late end is nobody's any more. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.at(clock.now() + ms, () => {
      reject(tooSlow(Math.round(ms)));
      onLate();
    });
    promise.then(resolve, reject).finally(cancel);
  });
}

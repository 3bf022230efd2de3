/** How fast one address may ask: far above what a page does, far below what would be felt on a call. */
import type { Clock } from '../../core/clock.ts';
import { TokenBucket } from '../../server/token-bucket.ts';

export interface PaceLimits {
  readonly perSecond: number;
  readonly burst: number;
}

export const DEFAULT_PACE: PaceLimits = { perSecond: 50, burst: 300 };

const MOST_ADDRESSES = 10_000;

export type Pace = (address: string | undefined) => boolean;

/** Those whose proxy does not name them share one bucket. */
export function createPace(clock: Clock, { burst, perSecond }: PaceLimits): Pace {
  const buckets = new Map<string, TokenBucket>();
  return (address = '') => {
    const now = clock.now();
    const bucket = buckets.get(address) ?? new TokenBucket(perSecond, burst, now);
    buckets.delete(address);
    buckets.set(address, bucket); // the newest last: whoever has been silent longest is forgotten first
    if (buckets.size > MOST_ADDRESSES) buckets.delete(buckets.keys().next().value!);
    return bucket.take(now);
  };
}

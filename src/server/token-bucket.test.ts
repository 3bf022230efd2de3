import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('never lets through more than the burst and the rate allow, and never refuses the steady rate', () => {
  const gapsMs = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 200, noNaN: true })), { maxLength: 400 });
  const property = fc.property(gapsMs, fc.integer({ min: 1, max: 50 }), (gaps, burst) => {
    const bucket = new TokenBucket(100, burst, 0);
    let now = 0;
    let passed = 0;
    for (const gap of gaps) {
      now += gap;
      if (bucket.take(now)) passed++;
      expect(passed).toBeLessThanOrEqual(burst + now / 10 + 1e-6);
    }
  });
  fc.assert(property);
  const steady = new TokenBucket(100, 1, 0);
  for (let now = 0; now < 10_000; now += 20) expect(steady.take(now)).toBe(true);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LimitRow } from '../../store/queries/login-limits.ts';
import { bucketsOf, judgeGuess } from './guess-limits.ts';

/** What the store keeps, on a clock of its own. */
class Counts {
  now = 0;
  readonly #rows = new Map<string, { failures: number; failedAt: number; blockedUntil: number }>();

  /** True when the guess was looked at, and was wrong. */
  guess(address: string, account: string): boolean {
    const buckets = bucketsOf(address, account);
    const { answer, changes } = judgeGuess(buckets, this.#read(Object.values(buckets)));
    for (const { blockForMs, bucket, failures } of changes) {
      this.#rows.set(bucket, { failures, failedAt: this.now, blockedUntil: this.now + blockForMs });
    }
    return answer.retryAfterMs === undefined;
  }

  #read(buckets: readonly string[]): readonly LimitRow[] {
    return buckets.map((bucket) => {
      const { blockedUntil, failedAt, failures } = this.#rows.get(bucket) ?? {
        failures: 0,
        failedAt: 0,
        blockedUntil: 0,
      };
      return { bucket, failures, failedAgoMs: this.now - failedAt, blockedForMs: blockedUntil - this.now };
    });
  }
}

const HOUR_MS = 3_600_000;

describe('guesses', () => {
  test('of one address at one account: five, and then ever longer pauses up to a quarter of an hour', () => {
    const counts = new Counts();
    const looked: number[] = [];
    for (; counts.now < 2 * HOUR_MS; counts.now += 1_000)
      if (counts.guess('192.0.2.1', 'dana')) looked.push(counts.now);
    const pauses = looked.slice(1).map((at, i) => (at - looked[i]!) / 1000);
    expect(pauses.slice(0, 12)).toEqual([1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
    expect(Math.max(...pauses)).toBe(900);
    expect(looked.length).toBeLessThan(25);
  });

  test('an hour without one forgives', () => {
    const counts = new Counts();
    for (let i = 0; i < 5; i++) counts.guess('192.0.2.1', 'dana');
    expect(counts.guess('192.0.2.1', 'dana')).toBe(false);
    counts.now += HOUR_MS;
    for (let i = 0; i < 4; i++) expect(counts.guess('192.0.2.1', 'dana')).toBe(true);
  });

  test('from everywhere at one account: each address has one try, and its owner, from a clean one, too', () => {
    const counts = new Counts();
    for (let i = 0; i < 40; i++) counts.guess(`192.0.2.${i}`, 'dana');
    expect(counts.guess('192.0.2.39', 'dana')).toBe(false);
    expect(counts.guess('198.51.100.1', 'dana')).toBe(true);
    expect(counts.guess('198.51.100.1', 'dana')).toBe(false);
    expect(counts.guess('198.51.100.1', 'noa')).toBe(true);
  });

  test('one IPv6 network is one address, and an account is one in any letters', () => {
    const [one, other, far] = ['2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8:0:1::1'].map((a) =>
      bucketsOf(a, 'A@b.c'),
    );
    expect(one).toEqual(other);
    expect(far!.address).not.toBe(one!.address);
    expect(bucketsOf('192.0.2.1', 'A@b.c')).toEqual(bucketsOf('192.0.2.1', 'a@B.C'));
    expect(JSON.stringify(bucketsOf(undefined, 'my password'))).not.toContain('password');
  });

  test('however they come, one address looks at few in a day (seeded)', () => {
    const gap = fc.integer({ min: 0, max: 600_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, fc.integer({ min: 0, max: 3 })), { maxLength: 400 }), (guesses) => {
        const counts = new Counts();
        let looked = 0;
        for (const [wait, account] of guesses) {
          counts.now += wait;
          if (counts.guess('192.0.2.1', `user${account}`)) looked++;
        }
        const hours = counts.now / HOUR_MS;
        // Whoever never rests for an hour has the free ones once, and then four in an hour at each account.
        expect(looked).toBeLessThanOrEqual(4 * (12 + 5 * hours) + 20);
      }),
      { numRuns: 200 },
    );
  });
});

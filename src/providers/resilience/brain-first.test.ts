import { describe, expect, test } from 'vitest';
import { type BrainStep, call, FOREVER, GOOD, newsOf, openChain, reply } from './brain.fixture.ts';

describe('a first token that is late', () => {
  const late = (ms: number): BrainStep[] => [ms, ...GOOD];

  test('is asked for once more after 1.2 s; the first to come is the reply', async () => {
    for (const [second, won] of [
      [100, true],
      [2_000, false],
    ] as const) {
      const chain = openChain([{ answer: (_, n) => late(n === 0 ? 2_500 : second) }]);
      expect((await reply(chain)).events).toEqual(GOOD);
      expect(chain.brains[0]?.askedAt).toEqual([0, 1_201]);
      expect(chain.clock.now()).toBe(won ? 1_320 : 2_500);
      expect(newsOf(chain.news, 'hedged')).toMatchObject([{ provider: 'first', won }]);
      expect(newsOf(chain.news, 'failed')).toEqual([]);
      expect(chain.brains[0]?.running).toBe(0);
      expect(chain.clock.alarms).toBe(0);
    }
  });

  test('the brain’s own times decide, over all calls', async () => {
    const chain = openChain([{ answer: (_, n) => late(n < 20 ? 200 : 900) }]);
    for (let i = 0; i < 20; i++) await reply({ clock: chain.clock, session: chain.brain.open(call) });
    expect(newsOf(chain.news, 'hedged')).toEqual([]);
    const from = chain.clock.now();
    await reply(chain);
    expect(chain.brains[0]?.askedAt.slice(20)).toEqual([from, from + 201]);
  });

  test('a hedge that wins does not make the next one come earlier', async () => {
    const chain = openChain([{ answer: (_, n) => late(n < 20 || n % 2 === 1 ? 200 : 2_500) }]);
    for (let i = 0; i < 20; i++) await reply(chain);
    for (let i = 0; i < 4; i++) await reply(chain);
    const hedged = chain.brains[0]!.askedAt.slice(20);
    const gaps = [0, 2, 4, 6].map((i) => hedged[i + 1]! - hedged[i]!);
    expect(gaps[0]).toBe(201);
    expect(gaps[3]).toBeGreaterThan(201);
  });

  test('both too late: one failure, three seconds in all, then the next brain', async () => {
    const chain = openChain([[FOREVER], GOOD]);
    expect((await reply(chain)).events).toEqual(GOOD);
    expect(chain.brains.map(({ askedAt }) => askedAt)).toEqual([[0, 1_201], [3_000]]);
    expect(newsOf(chain.news, 'failed')).toHaveLength(1);
    expect(chain.brains[0]?.running).toBe(0);
    expect(chain.clock.alarms).toBe(0);
  });

  test('when the first fails the second may still answer, and the other way round', async () => {
    for (const failing of [0, 1]) {
      const chain = openChain([
        { answer: (_, n) => (n === failing ? [1_500, 'provider-failed'] : late(2_900 - 1_201 * n)) },
      ]);
      expect((await reply(chain)).events).toEqual(GOOD);
      expect(chain.clock.alarms).toBe(0);
    }
  });

  test('but not of a flow, nor where it is switched off', async () => {
    for (const chain of [
      openChain([{ answer: () => late(2_500), startsAnew: true }]),
      openChain([late(2_500)], { hedge: false }),
    ]) {
      await reply(chain);
      expect(chain.brains[0]?.asked).toHaveLength(1);
    }
  });
});

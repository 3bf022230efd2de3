import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/errors.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import type { Engine, EngineSession } from './engine.ts';
import { unavailable } from './failures.ts';
import { type StoreEngineNews, StoreLife } from './life.ts';

/** A database with a schema that is up to date, and a line that fails as often as it is told to. */
class FakeEngine implements Engine {
  readonly kind = 'postgres';
  readonly connects: number[] = [];
  readonly #clock: VirtualClock;
  failure: Error | undefined;
  isClosed = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async connect(): Promise<void> {
    this.connects.push(this.#clock.now());
    if (this.failure) throw this.failure;
  }

  async acquire(): Promise<EngineSession> {
    const rows = [{ isMade: true, version: 1, compatible: 1 }];
    const query = async () => ({ rows, affected: 0, command: 'SELECT' });
    return { query, script: query, release: () => {} };
  }

  listen(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function begin(failure?: Error) {
  const clock = new VirtualClock();
  const engine = new FakeEngine(clock);
  engine.failure = failure;
  const news: StoreEngineNews[] = [];
  const life = new StoreLife(engine, clock, (one) => news.push(one));
  return { clock, engine, life, kinds: () => news.map(({ type }) => type) };
}

describe('the life of a store', () => {
  test('opens in the background, and until then refuses at once', async () => {
    const { clock, life, kinds } = begin();
    expect(life.state.status).toBe('opening');
    expect(() => life.check()).toThrow(/opening/);
    await clock.advance(1);
    await life.ready;
    life.check();
    expect(kinds()).toEqual(['store-ready']);
    await life.close();
    expect(clock.alarms).toBe(0);
  });

  test('tries again with growing pauses of at most 1.5 s, and says once that it is away', async () => {
    const { clock, engine, life, kinds } = begin(unavailable('refused'));
    await clock.advance(60_000);
    const pauses = engine.connects.slice(1).map((at, i) => at - engine.connects[i]!);
    expect(pauses[0]).toBeLessThanOrEqual(100);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1500);
    expect(pauses.slice(7).every((pause) => pause >= 750)).toBe(true);
    expect(kinds()).toEqual(['store-away']);
    expect(life.state).toEqual({ status: 'away', reason: 'refused' });
    expect(() => life.check()).toThrow(/away: refused/);
    engine.failure = undefined;
    await clock.advance(1500);
    expect(kinds()).toEqual(['store-away', 'store-ready']);
    await life.close();
  });

  test('a loss is followed by a try at once; a second word of the same loss is nothing new', async () => {
    const { clock, engine, life, kinds } = begin();
    await clock.advance(1);
    life.lose(unavailable('reset'));
    life.lose(unavailable('reset'));
    expect(life.state.status).toBe('away');
    await clock.advance(1);
    expect(kinds()).toEqual(['store-ready', 'store-away', 'store-ready']);
    expect(engine.connects).toHaveLength(2);
    await life.close();
  });

  test('what only the operator can mend is not tried again', async () => {
    const { clock, engine, life, kinds } = begin(new ConfigError('DATABASE_URL', 'is wrong', 'Mend it'));
    await expect(life.ready).rejects.toThrow(ConfigError);
    await clock.advance(60_000);
    expect(engine.connects).toHaveLength(1);
    expect(kinds()).toEqual(['store-refused']);
    expect(() => life.check()).toThrow(/DATABASE_URL/);
    await life.close();
    expect(engine.isClosed).toBe(true);
  });

  test('closed in the middle of a pause, it ends and leaves no alarm', async () => {
    const { clock, engine, life } = begin(unavailable('refused'));
    await clock.advance(1000);
    const tries = engine.connects.length;
    await life.close();
    await expect(life.ready).rejects.toThrow(/closed/);
    await clock.advance(60_000);
    expect([engine.connects.length, clock.alarms]).toEqual([tries, 0]);
    expect(() => life.check()).toThrow(/closed/);
  });
});

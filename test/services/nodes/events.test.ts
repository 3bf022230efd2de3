/** What happens on any node, followed on this one: without a hole, with and without notifications. */
import { afterEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { type EventPage, type EventsOptions, openEvents } from '../../../src/nodes/events.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { pruneOutbox, readOutboxHead } from '../../../src/store/queries/outbox.ts';
import { ENGINES, newTenant, useStore } from '../store/engines.ts';
import { factOf, OPENED, turn, wholeCall } from '../store/facts.ts';
import { pass, watchStore } from './idle.ts';

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  function follow(tenant: string, options: Partial<EventsOptions> = {}) {
    const pages: EventPage[] = [];
    let look = () => {};
    const onEvents = (page: EventPage): void => {
      pages.push(page);
      look();
    };
    const close = openEvents({ store: held.store, clock: createRealClock(), tenant, cursor: 0, onEvents, ...options });
    closing.push(close);
    const topics = () => pages.flatMap(({ events }) => events.map(({ topic }) => topic));
    const until = (count: number): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (topics().length >= count) resolve();
        };
        look();
      });
    return { pages, topics, until, close };
  }

  test('tells what was and what comes, in order, once, and of no other tenant', async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    await held.store.apply([factOf(OPENED, { tenant }), factOf(OPENED, { tenant: other })]);
    const followed = follow(tenant);
    await followed.until(1);
    await held.store.apply([factOf(turn(0, 'hello'), { tenant: other }), factOf(turn(0, 'hello'), { tenant })]);
    await held.store.apply([factOf({ type: 'call-ended', reason: 'caller-hung-up' }, { tenant })]);
    await followed.until(3);
    expect(followed.topics()).toEqual(['call-opened', 'turn', 'call-ended']);
    expect(followed.pages.at(-1)?.cursor).toBe(3);
  });

  test('goes on from a cursor, in pages, and waits for whoever reads slowly', async () => {
    const tenant = newTenant();
    const many = Array.from({ length: 450 }, (_, i) => factOf(turn(i, `turn ${i}`), { tenant }));
    await held.store.apply(many);
    let open = 0;
    const positions: number[] = [];
    const done = Promise.withResolvers<void>();
    const onEvents = async ({ events, cursor }: EventPage): Promise<void> => {
      expect(++open, 'one page at a time').toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      positions.push(...events.map(({ position }) => position));
      open--;
      if (cursor === 450) done.resolve();
    };
    follow(tenant, { cursor: 100, onEvents });
    await done.promise;
    expect(positions).toEqual(Array.from({ length: 350 }, (_, i) => i + 101));
  });

  test('without a cursor begins with what happens from now on', async () => {
    const tenant = newTenant();
    await held.store.apply(wholeCall({ tenant }));
    const clock = new VirtualClock();
    const store = watchStore(held.store);
    const followed = follow(tenant, { cursor: undefined, clock, store });
    await pass(clock, store, 100);
    await held.store.apply([factOf(OPENED, { tenant, callSid: 'CA2' })]);
    await followed.until(1);
    expect(followed.topics()).toEqual(['call-opened']);
  });

  test('finds everything within five seconds on a line that brings no notification', async () => {
    const tenant = newTenant();
    const clock = new VirtualClock();
    const deaf = watchStore(Object.create(held.store, { listen: { value: () => () => {} } }));
    const followed = follow(tenant, { clock, store: deaf });
    await pass(clock, deaf, 100);
    await held.store.apply([factOf(OPENED, { tenant })]);
    await pass(clock, deaf, 4_900);
    expect(followed.topics()).toEqual(['call-opened']);
  });

  test('says so when what followed the cursor is gone', async () => {
    const tenant = newTenant();
    await held.store.apply([factOf(OPENED, { tenant }), factOf(turn(0, 'hello'), { tenant })]);
    await pruneOutbox(held.store.db, tenant, -1_000);
    const followed = follow(tenant, { cursor: 1 });
    await held.store.apply([factOf(turn(1, 'well'), { tenant })]);
    await followed.until(1);
    expect(followed.pages.some(({ hasGap }) => hasGap)).toBe(true);
    expect(followed.pages.at(-1)?.cursor).toBe((await readOutboxHead(held.store.db, tenant)).position);
  });

  test('ends when it is closed, and survives a store that fails', async () => {
    const tenant = newTenant();
    const clock = new VirtualClock();
    let fails = true;
    const flaky = Object.create(held.store, {
      listen: { value: () => () => {} },
      db: {
        get: () => {
          if (fails) throw new Error('the store is away');
          return held.store.db;
        },
      },
    });
    const followed = follow(tenant, { clock, store: flaky });
    await held.store.apply([factOf(OPENED, { tenant })]);
    await clock.advance(9_000);
    expect(followed.topics()).toEqual([]);
    fails = false;
    await clock.advance(4_000);
    await followed.until(1);
    await followed.close();
    expect(clock.alarms).toBe(0);
  });
});

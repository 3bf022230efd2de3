/** Whoever follows the outbox with a cursor sees everything once, however many write. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { pruneOutbox, publish, readOutbox, readOutboxHead } from '../../../src/store/queries/outbox.ts';
import type { Store } from '../../../src/store/store.ts';
import { ENGINES, insist, newTenant, useStore } from './engines.ts';
import { factOf, OPENED, turn, wholeCall } from './facts.ts';

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);

  test('tells facts as they were told, and other news as they were published', async () => {
    const { store } = held;
    const tenant = newTenant();
    const opened = factOf(OPENED, { tenant });
    await store.apply([opened]);
    await publish(store.db, tenant, { topic: 'settings', payload: { volume: 1 } });
    const { news, position, hasGap } = await readOutbox(store.db, tenant, { after: 0, limit: 10 });
    expect(news).toMatchObject([
      { position: 1, topic: 'call-opened', callSid: 'CA1', content: opened },
      { position: 2, topic: 'settings', callSid: null, content: { volume: 1 } },
    ]);
    expect({ position, hasGap }).toEqual({ position: 2, hasGap: false });
    expect(await readOutbox(store.db, tenant, { after: 2, limit: 10 })).toEqual({
      news: [],
      position: 2,
      hasGap: false,
    });
  });

  test('a reader that follows while many write misses nothing and sees nothing twice', async () => {
    const { store } = held;
    const tenant = newTenant();
    const writing = Promise.all(
      Array.from({ length: 20 }, async (_, call) => {
        const told = { tenant, callSid: `CA${call}` };
        for (let i = 0; i < 5; i++) {
          const facts = [factOf(turn(2 * i, 'a'), told), factOf(turn(2 * i + 1, 'b'), told)];
          await insist(() => store.apply(facts));
        }
      }),
    );
    const seen: number[] = [];
    let isWriting = true;
    const reading = follow(store, tenant, seen, () => isWriting);
    await writing;
    isWriting = false;
    await reading;
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test('whoever comes back after a pruning is told that something is gone', async () => {
    const { store } = held;
    const [tenant, other] = [newTenant(), newTenant()];
    await store.apply([...wholeCall({ tenant: other }), factOf(OPENED, { tenant })]);
    expect(await pruneOutbox(store.db, other, 60_000)).toBe(0);
    await sql`update outbox set recorded_at = now() - interval '1 hour' where tenant = ${other}`.execute(store.db);
    expect(await pruneOutbox(store.db, tenant, 60_000)).toBe(0);
    const pruned = await pruneOutbox(store.db, other, 60_000);
    expect(pruned).toBeGreaterThan(1);
    expect(await readOutboxHead(store.db, other)).toEqual({ position: pruned, prunedTo: pruned });
    const back = await readOutbox(store.db, other, { after: 2, limit: 10 });
    expect(back).toEqual({ news: [], position: pruned, hasGap: true });
    expect((await readOutbox(store.db, other, { after: back.position, limit: 10 })).hasGap).toBe(false);
    await store.apply([factOf(turn(50, 'x'), { tenant: other })]);
    expect((await readOutbox(store.db, other, { after: back.position, limit: 10 })).news).toHaveLength(1);
    expect((await readOutbox(store.db, tenant, { after: 0, limit: 10 })).news).toHaveLength(1);
  });
});

async function follow(store: Store, tenant: string, seen: number[], isWriting: () => boolean): Promise<void> {
  for (let after = 0; ; ) {
    const wasWriting = isWriting();
    const page = await insist(() => readOutbox(store.db, tenant, { after, limit: 7 }));
    seen.push(...page.news.map(({ position }) => position));
    after = page.position;
    if (!wasWriting && page.news.length === 0) return;
  }
}

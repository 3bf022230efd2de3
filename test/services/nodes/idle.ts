/** A virtual clock beside a real database: time passes only while no statement is under way. */
import { type KyselyPlugin, type QueryId, sql } from 'kysely';
import type { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import type { Store } from '../../../src/store/store.ts';

/** More than a transaction has statements of its own. */
const QUIET_ROUNDS = 8;

export interface WatchedStore extends Store {
  /** Resolves when nothing is asked of the database any more. Statements that fail are never done. */
  idle(): Promise<void>;
}

export function watchStore(store: Store): WatchedStore {
  const running = new Set<QueryId>();
  let started = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      running.add(queryId);
      started++;
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      running.delete(queryId);
      return result;
    },
  };
  // A transaction's own statements pass the plugin by, its begin and end among them: only a while of quiet tells of those.
  const idle = async (): Promise<void> => {
    for (let quiet = 0, before = -1; quiet < QUIET_ROUNDS; ) {
      quiet = before === started && running.size === 0 ? quiet + 1 : 0;
      before = started;
      await sql`select 1`.execute(store.db);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const db = store.db.withPlugin(plugin);
  const notify = (channel: string, payload: string): void =>
    void sql`select pg_notify(${channel}, ${payload})`.execute(db);
  const own = { db: { value: db }, idle: { value: idle }, notify: { value: notify } };
  return Object.create(store, own) as WatchedStore;
}

export async function pass(clock: VirtualClock, store: WatchedStore, ms: number, stepMs = 100): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await store.idle();
    await clock.advance(stepMs);
  }
  await store.idle();
}

/**
 * The durable store: tenants, calls and what came of them, in PostgreSQL, or in an embedded database of the same
 * dialect. It opens in the background and may be away for minutes; nobody who talks with a caller waits for it.
 */
import type { Kysely } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Fact } from '../core/fact.ts';
import { Announcer } from './announcer.ts';
import { type AppliedFacts, applyFacts } from './apply/apply.ts';
import { createKysely } from './dialect.ts';
import { EmbeddedEngine } from './embedded/engine.ts';
import {
  type Engine,
  type EngineEvents,
  type EngineResult,
  type Listening,
  NO_COPIES,
  QUERY_BUDGET_MS,
  type RemovedCopies,
} from './engine.ts';
import { unavailable } from './failures.ts';
import { type StoreEngineNews, StoreLife, type StoreState } from './life.ts';
import { OUTBOX_CHANNEL } from './outbox.ts';
import { PostgresEngine } from './postgres/engine.ts';
import type { Schema } from './schema.ts';

export interface StoreOptions {
  /** `postgres://…`; without one the embedded database is used. */
  readonly databaseUrl?: string;
  /** Where the embedded database lives. Without a folder it lives in memory and is gone with the process. */
  readonly folder?: string;
  /** What a new embedded database begins with; `dump` gives one. */
  readonly snapshot?: Uint8Array;
  readonly clock: Clock;
  /** Seen in PostgreSQL's list of connections. */
  readonly applicationName?: string;
  readonly poolSize?: number;
  readonly onNews?: (news: StoreNews) => void;
  /** The embedded database begins from an earlier state: it is opened when those who keep facts will tell them again. */
  readonly onFactsLost?: () => Promise<void>;
}

export type StoreNews = StoreEngineNews;
export type { AppliedFacts } from './apply/apply.ts';
export type { Listening, RemovedCopies } from './engine.ts';
export type { StoreState } from './life.ts';
export type { Db, Schema } from './schema.ts';

export interface Store {
  readonly kind: 'postgres' | 'embedded';
  /** For the functions in `queries/` and `cluster/`. Rejects with `StoreError`, at once while the store is away. */
  readonly db: Kysely<Schema>;
  readonly state: StoreState;
  /** Resolves when the store is ready for the first time. Rejects with `ConfigError` when it never will be. */
  readonly ready: Promise<void>;
  /** Makes facts part of the store, up to 500 in one transaction. The same facts again and again do no harm. */
  apply(facts: readonly Fact[]): Promise<AppliedFacts>;
  /** Told of every payload on a channel, also of one's own, until the returned function is called. */
  listen(channel: string, listening: Listening): () => void;
  /** Tells all nodes, soon, and the same payload once for many. A hint: it may be lost, so whoever listens also looks. */
  notify(channel: string, payload: string): void;
  /** For libraries that bring SQL of their own. Without values it may hold several statements, which must end what they begin. */
  executeSql(text: string, values?: readonly unknown[], budgetMs?: number): Promise<EngineResult>;
  /** Resolves when everything that was committed would outlive a power cut. At once with PostgreSQL, which sees to it. */
  sync(): Promise<void>;
  /**
   * Makes a copy of the embedded database that outlives a power cut, for the next start to begin from, and removes all but
   * so many of the older copies; with none of them, also what was put aside. Resolves with how many went. Nothing happens
   * with PostgreSQL, or in memory.
   */
  snapshot(keepOlder: number): Promise<RemovedCopies>;
  /** Whether there is such a copy. */
  readonly hasSnapshot: boolean;
  /** A copy of the embedded database. */
  dump(): Promise<Uint8Array>;
  /** Idempotent. */
  close(): Promise<void>;
}

export function openStore(options: StoreOptions): Store {
  const { clock, onFactsLost = async () => {}, onNews = () => {} } = options;
  const events: EngineEvents = {
    onLost: (error) => life.lose(error),
    onFactsLost,
    onRebuilt: (movedTo, problem) => onNews({ type: 'store-rebuilt', movedTo, problem }),
  };
  const engine = createEngine(options, events);
  const life = new StoreLife(engine, clock, onNews);
  const acquire = async (budgetMs?: number) => {
    life.check();
    return engine.acquire(budgetMs);
  };
  const db = createKysely(() => acquire());
  const announcer = new Announcer(db, clock);
  const embedded = engine instanceof EmbeddedEngine ? engine : undefined;
  const executeSql: Store['executeSql'] = async (text, values = [], budgetMs = QUERY_BUDGET_MS) => {
    const session = await acquire(budgetMs);
    try {
      const result = await (values.length === 0 ? session.script(text) : session.query(text, values));
      session.release();
      return result;
    } catch (error) {
      session.release(true); // it may have failed in the middle of a transaction of its own
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    await announcer.close();
    await life.close();
  };
  let closing: Promise<void> | undefined;
  return {
    kind: engine.kind,
    db,
    get state() {
      return life.state;
    },
    ready: life.ready,
    apply: async (facts) => {
      const applied = await applyFacts(db, facts);
      for (const tenant of applied.tenants) announcer.notify(OUTBOX_CHANNEL, tenant);
      return applied;
    },
    listen: (channel, listening) => engine.listen(channel, listening),
    notify: (channel, payload) => announcer.notify(channel, payload),
    executeSql,
    sync: async () => embedded?.sync(),
    snapshot: async (keepOlder) => (embedded ? embedded.snapshot(keepOlder) : NO_COPIES),
    get hasSnapshot() {
      return embedded?.hasSnapshot ?? false;
    },
    dump: async () => {
      if (!embedded) throw unavailable('only the embedded database can be copied');
      return embedded.dump();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function createEngine(options: StoreOptions, events: EngineEvents): Engine {
  const { databaseUrl, folder, snapshot, clock, applicationName = 'kav', poolSize = 8 } = options;
  if (databaseUrl !== undefined) return new PostgresEngine({ databaseUrl, applicationName, poolSize, clock, events });
  return new EmbeddedEngine({
    ...(folder === undefined ? {} : { folder }),
    ...(snapshot === undefined ? {} : { snapshot }),
    clock,
    events,
  });
}

/** What is left behind when nodes die: calls without an end, places without a call, rows that nobody needs any more. */
import { sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../observe/log.ts';
import { pruneNodes } from '../store/cluster/nodes.ts';
import { listTenants } from '../store/cluster/tenants.ts';
import { OUTBOX_CHANNEL } from '../store/outbox.ts';
import { pruneActions } from '../store/queries/call-actions.ts';
import { pruneClaims } from '../store/queries/claims.ts';
import { pruneCommands } from '../store/queries/commands.ts';
import { freeForgottenPlaces, prunePlaces } from '../store/queries/places.ts';
import { closeStaleCalls } from '../store/queries/stale-calls.ts';
import type { Store } from '../store/store.ts';

export interface TidyOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly tenant: string;
  readonly node: string;
  readonly run: string;
  readonly liveCallSids: () => readonly string[];
}

/** How long a place is kept for a call whose stream has not come. */
export const HOLD_MS = 90_000;
const EVERY_MS = 30_000;
/** Longer than a caller waits to be connected again, and than facts wait on the disk of a node that is restarted. */
const STALE_MS = 10 * 60_000;
const FORGET_MS = 24 * 3_600_000;
/** A line of the log names no more calls than that. */
const MOST_NAMED = 50;
/** Any number, as long as it is nobody else's. */
const LOCK = 0x4b61765469;

export class Tidy {
  readonly #o: TidyOptions;
  #disarm: () => void = () => {};
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: TidyOptions) {
    this.#o = options;
    this.#arm();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    await this.#working;
  }

  #arm(): void {
    const { clock } = this.#o;
    this.#disarm = clock.at(clock.now() + EVERY_MS, () => {
      this.#working = this.#tidy()
        .catch(() => {}) // the store is away, and says so itself
        .finally(() => {
          if (!this.#isClosed) this.#arm();
        });
    });
  }

  async #tidy(): Promise<void> {
    const { liveCallSids, run, store, tenant } = this.#o;
    if (store.state.status !== 'ready') return;
    await freeForgottenPlaces(store.db, tenant, { run, liveCallSids: liveCallSids(), olderThanMs: HOLD_MS });
    for (const each of await listTenants(store.db)) await this.#tidyTenant(each);
    await pruneNodes(store.db, FORGET_MS);
  }

  /** One node at a time; the others need not wait to do the same. */
  async #tidyTenant(tenant: string): Promise<void> {
    const { liveCallSids, log, node, store } = this.#o;
    const closed = await store.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ readonly ours: boolean }>`
        select pg_try_advisory_xact_lock(${LOCK}::bigint) as ours`.execute(trx);
      if (!rows[0]?.ours) return [];
      await pruneCommands(trx, tenant, FORGET_MS);
      await pruneActions(trx, tenant, FORGET_MS);
      await pruneClaims(trx, tenant, FORGET_MS);
      await prunePlaces(trx, tenant);
      return closeStaleCalls(trx, tenant, { olderThanMs: STALE_MS, liveCallSids: liveCallSids(), node });
    });
    if (closed.length === 0) return;
    store.notify(OUTBOX_CHANNEL, tenant);
    log.warn('CALLS_CLOSED', { tenant, calls: closed.length, call_sids: closed.slice(0, MOST_NAMED) });
  }
}

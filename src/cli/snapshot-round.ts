/**
 * Copies the embedded database now and then, and lets go of the facts that the copies hold. Two copies are kept, in case
 * the newer one cannot be read; so facts stay in the ledger until the older one has them.
 */
import type { Clock } from '../core/clock.ts';
import type { Ledger } from '../ledger/contracts.ts';
import type { Log } from '../observe/log.ts';
import type { RemovedCopies, Store } from '../store/store.ts';

export interface SnapshotRoundOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly log: Log;
  /** Resolves when the store has every fact that is durable by now. */
  readonly drained: () => Promise<unknown>;
}

const LOOK_EVERY_MS = 60_000;
const EVERY_MS = 10 * 60_000;
/** So many bytes of facts that no copy holds are reason enough for one. */
const MOST_BYTES = 32 * 2 ** 20;

export class SnapshotRound {
  readonly #o: SnapshotRoundOptions;
  #disarm: () => void = () => {};
  #working: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #madeAt: number;
  /** Where the database's log was, and what the ledger had applied, when the newest copy of this process was made. */
  #madeOf = '';
  #applied: number | undefined;

  constructor(options: SnapshotRoundOptions) {
    this.#o = options;
    this.#madeAt = options.clock.now();
    options.store.ready.then(
      () => this.#begin(),
      () => {}, // told as news of the store
    );
  }

  /** Makes a copy and forgets every earlier one, with all facts that it holds: after somebody's data was erased. */
  async renew(): Promise<RemovedCopies> {
    const { drained, ledger, store } = this.#o;
    await store.ready;
    ledger.turn();
    await drained();
    return await this.#inTurn(() => this.#take(0));
  }

  /** Makes a last copy if there is anything new in the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    const isReady = this.#o.store.state.status === 'ready';
    await this.#inTurn(async () => {
      if (isReady && (await this.#hasNews())) await this.#take(1);
    }).catch(() => {}); // told; the facts are still in the ledger
  }

  #begin(): void {
    if (!this.#o.store.hasSnapshot) this.#inTurn(() => this.#take(1)).catch(() => {}); // told, and tried again
    this.#watch();
  }

  #watch(): void {
    if (this.#isClosed) return;
    const { clock } = this.#o;
    this.#disarm = clock.at(clock.now() + LOOK_EVERY_MS, () => {
      const look = this.#inTurn(() => this.#look());
      look.then(
        () => this.#watch(),
        () => this.#watch(),
      );
    });
  }

  async #look(): Promise<void> {
    const { clock, ledger, store } = this.#o;
    const isDue = clock.now() - this.#madeAt >= EVERY_MS || ledger.stats().bytes > MOST_BYTES || !store.hasSnapshot;
    if (isDue && (await this.#hasNews())) await this.#take(1);
  }

  async #hasNews(): Promise<boolean> {
    return (await this.#position()) !== this.#madeOf;
  }

  async #position(): Promise<string> {
    const { rows } = await this.#o.store.executeSql('select pg_current_wal_insert_lsn()::text as at');
    return String(rows[0]?.['at']);
  }

  async #take(keepOlder: number): Promise<RemovedCopies> {
    const { clock, ledger, log, store } = this.#o;
    const { applied } = ledger.stats();
    const from = clock.now();
    let removed: RemovedCopies;
    try {
      removed = await store.snapshot(keepOlder);
      this.#madeOf = await this.#position();
    } catch (error) {
      log.error('STORE_SNAPSHOT', { error: String(error) });
      throw error;
    }
    this.#madeAt = clock.now();
    log.info('STORE_SNAPSHOT', { ms: Math.round(this.#madeAt - from) });
    const released = keepOlder === 0 ? applied : this.#applied;
    this.#applied = applied;
    if (released !== undefined) await ledger.release(released);
    return removed;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => {});
    return done;
  }
}

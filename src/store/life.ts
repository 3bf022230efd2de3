/** The store's life: opened in the background, lost, found again, closed. */
import type { Clock } from '../core/clock.ts';
import { ConfigError, StoreError } from '../core/errors.ts';
import { backOffMs } from './back-off.ts';
import type { Engine, EngineSession, StoreKind } from './engine.ts';
import { toConnectError, unavailable } from './failures.ts';
import { currentSchema, type Migrated, migrate } from './migrate.ts';

/** Another process may be in the middle of a long step of the schema. */
const MIGRATION_MS = 600_000;

export type StoreState =
  | { readonly status: 'opening' }
  | { readonly status: 'ready' }
  /** Tries again by itself. */
  | { readonly status: 'away'; readonly reason: string; readonly sqlState?: string }
  /** Only the operator can help. */
  | { readonly status: 'refused'; readonly error: ConfigError }
  | { readonly status: 'closed' };

export type StoreEngineNews =
  | { readonly type: 'store-ready'; readonly kind: StoreKind; readonly ms: number; readonly schema: Migrated }
  /** Told when the store goes away, and when it cannot be opened at first; not for every try. */
  | { readonly type: 'store-away'; readonly kind: StoreKind; readonly reason: string }
  | { readonly type: 'store-refused'; readonly kind: StoreKind; readonly error: ConfigError }
  /** The embedded database could not be opened. It was put aside under this name; what is known must be told anew. */
  | { readonly type: 'store-rebuilt'; readonly movedTo: string; readonly problem: string };

export class StoreLife {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #tell: (news: StoreEngineNews) => void;
  readonly #ready = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #state: StoreState = { status: 'opening' };
  #wake: () => void = () => {};

  constructor(engine: Engine, clock: Clock, tell: (news: StoreEngineNews) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#tell = tell;
    this.#ready.promise.catch(() => {}); // also told as news, and by the state
    this.#running = this.#live();
  }

  get state(): StoreState {
    return this.#state;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Throws `StoreError` while there is nothing to work with, so that nobody waits in vain. */
  check(): void {
    const state = this.#state;
    if (state.status === 'ready') return;
    if (state.status === 'away') throw unavailable(`away: ${state.reason}`, undefined, state.sqlState);
    if (state.status === 'refused') throw unavailable(state.error.message, state.error);
    throw unavailable(state.status);
  }

  lose(error: StoreError): void {
    if (this.#state.status !== 'ready') return;
    this.#goAway(error);
    this.#wake();
  }

  async close(): Promise<void> {
    this.#state = { status: 'closed' };
    this.#ready.reject(unavailable('closed'));
    this.#wake();
    await this.#engine.close();
    await this.#running;
  }

  async #live(): Promise<void> {
    let failures = 0;
    while (this.#isAlive()) {
      if (await this.#connect()) {
        failures = 0;
        await this.#untilWoken();
      } else {
        failures++;
        await this.#untilWoken(backOffMs(failures));
      }
    }
  }

  async #connect(): Promise<boolean> {
    const since = this.#clock.now();
    try {
      await this.#engine.connect();
      const schema = await this.#migrate();
      if (!this.#isAlive()) return false;
      this.#state = { status: 'ready' };
      this.#ready.resolve();
      this.#tell({ type: 'store-ready', kind: this.#engine.kind, ms: Math.round(this.#clock.now() - since), schema });
      return true;
    } catch (error) {
      if (!this.#isAlive()) return false;
      if (error instanceof ConfigError) this.#refuse(error);
      else this.#goAway(error instanceof StoreError ? error : toConnectError(error));
      return false;
    }
  }

  async #migrate(): Promise<Migrated> {
    const current = await this.#inSession(currentSchema);
    return current ?? this.#inSession(migrate, MIGRATION_MS);
  }

  async #inSession<T>(run: (session: EngineSession) => Promise<T>, budgetMs?: number): Promise<T> {
    const session = await this.#engine.acquire(budgetMs);
    try {
      return await run(session);
    } finally {
      session.release(true); // whatever failed in it is nobody else's
    }
  }

  #goAway(error: StoreError): void {
    const isNews = this.#state.status !== 'away';
    const { message, sqlState } = error;
    const reason = message.replace(/^store: /, '');
    this.#state = { status: 'away', reason, ...(sqlState === undefined ? {} : { sqlState }) };
    if (isNews) this.#tell({ type: 'store-away', kind: this.#engine.kind, reason });
  }

  #refuse(error: ConfigError): void {
    this.#state = { status: 'refused', error };
    this.#ready.reject(error);
    this.#tell({ type: 'store-refused', kind: this.#engine.kind, error });
  }

  #isAlive(): boolean {
    return this.#state.status !== 'closed' && this.#state.status !== 'refused';
  }

  /** Until the store is lost or closed; or until then, after a failure. */
  #untilWoken(ms?: number): Promise<void> {
    if (!this.#isAlive() || (ms === undefined && this.#state.status !== 'ready')) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#clock.at(this.#clock.now() + ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** PostgreSQL 15 or newer, over the network: a pool that is thrown away whole when the database is lost. */
import type { PoolClient } from 'pg';
import type { Clock } from '../../core/clock.ts';
import { ConfigError, type StoreError } from '../../core/errors.ts';
import { type Engine, type EngineEvents, type EngineSession, type Listening, QUERY_BUDGET_MS } from '../engine.ts';
import { toConnectError, tooSlow, toStoreError, unavailable } from '../failures.ts';
import { PostgresListener } from './listener.ts';
import { requireOwnSessions } from './own-session.ts';
import { type ConnectionPool, openPool } from './pool.ts';
import { PostgresSession } from './session.ts';

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly poolSize: number;
  readonly clock: Clock;
  readonly events: EngineEvents;
}

export class PostgresEngine implements Engine {
  readonly kind = 'postgres';
  readonly #options: PostgresOptions;
  readonly #listener: PostgresListener;
  readonly #retiring = new Set<Promise<void>>();
  /** Clients that know our time limits, and by which budget. */
  readonly #prepared = new WeakMap<PoolClient, number>();
  #pool: ConnectionPool | undefined;
  #isClosed = false;
  #hasOwnSessions = false;

  constructor(options: PostgresOptions) {
    this.#options = options;
    const { databaseUrl, applicationName, clock } = options;
    this.#listener = new PostgresListener({ databaseUrl, applicationName, clock });
  }

  async connect(): Promise<void> {
    checkUrl(this.#options.databaseUrl);
    this.#retire(this.#pool);
    const pool = await openPool({
      databaseUrl: this.#options.databaseUrl,
      applicationName: this.#options.applicationName,
      connectTimeoutMs: QUERY_BUDGET_MS,
      size: this.#options.poolSize,
    });
    if (this.#isClosed) throw unavailable('closed');
    this.#pool = pool;
    try {
      await this.#checkVersion();
      await this.#checkSessions();
    } catch (error) {
      this.#pool = undefined;
      this.#retire(pool);
      throw error instanceof ConfigError ? error : toConnectError(error);
    }
  }

  async #checkVersion(): Promise<void> {
    const session = await this.acquire();
    try {
      const { rows } = await session.query(`select current_setting('server_version_num')::int as version`, []);
      checkVersion(Number(rows[0]?.['version']));
    } finally {
      session.release(); // a pool does not end while somebody has one of its clients
    }
  }

  /** Once: what stands between us and the database does not change with a failover. */
  async #checkSessions(): Promise<void> {
    if (this.#hasOwnSessions || this.#options.poolSize < 2) return;
    await this.#inOwnSession((one) => this.#inOwnSession((other) => requireOwnSessions(one, other)));
    this.#hasOwnSessions = true;
  }

  /** What was set in it, or begun, is nobody else's. */
  async #inOwnSession(run: (session: EngineSession) => Promise<void>): Promise<void> {
    const session = await this.acquire();
    try {
      await run(session);
    } finally {
      session.release(true);
    }
  }

  async acquire(budgetMs: number = QUERY_BUDGET_MS): Promise<PostgresSession> {
    const { clock } = this.#options;
    const pool = this.#pool;
    if (!pool) throw unavailable('not connected');
    const since = clock.now();
    const client = await this.#connectClient(pool);
    const session = new PostgresSession({
      clock,
      client,
      budgetMs,
      since,
      giveBack: (destroy) => client.release(destroy),
      onLost: (error) => this.#lose(pool, error),
    });
    if (this.#prepared.get(client) === budgetMs) return session;
    try {
      await session.prepare();
    } catch (error) {
      session.release(true);
      throw error;
    }
    this.#prepared.set(client, budgetMs);
    return session;
  }

  listen(channel: string, listening: Listening): () => void {
    return this.#listener.listen(channel, listening);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const pool = this.#pool;
    this.#pool = undefined;
    await Promise.all([this.#listener.close(), pool?.close(), ...this.#retiring]);
  }

  async #connectClient(pool: ConnectionPool): Promise<PoolClient> {
    try {
      return await pool.pg.connect();
    } catch (cause) {
      // The pool has two answers of its own: all clients are busy, which says nothing of the database, and the rest.
      if (cause instanceof Error && cause.message === 'timeout exceeded when trying to connect') {
        throw tooSlow(QUERY_BUDGET_MS);
      }
      const error = toStoreError(cause);
      if (error.code === 'store-unavailable') this.#lose(pool, error);
      throw error;
    }
  }

  #lose(pool: ConnectionPool, error: StoreError): void {
    if (this.#pool !== pool) return;
    this.#pool = undefined;
    this.#retire(pool);
    this.#options.events.onLost(error);
  }

  #retire(pool: ConnectionPool | undefined): void {
    if (!pool) return;
    const ending = pool.retire().finally(() => this.#retiring.delete(ending));
    this.#retiring.add(ending);
  }
}

const OLDEST_VERSION = 15;

function checkVersion(number: number): void {
  const major = Math.floor(number / 10_000);
  if (major >= OLDEST_VERSION) return;
  throw new ConfigError('DATABASE_URL', `the server is PostgreSQL ${major}`, `Kav needs ${OLDEST_VERSION} or newer`);
}

function checkUrl(databaseUrl: string): void {
  const protocol = URL.canParse(databaseUrl) ? new URL(databaseUrl).protocol : '';
  if (protocol === 'postgres:' || protocol === 'postgresql:') return;
  throw new ConfigError('DATABASE_URL', 'is not a PostgreSQL URL', 'Write postgres://user:password@host:5432/database');
}

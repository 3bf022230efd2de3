/** Kysely over an engine of ours: the same compiler for both databases, which speak the same language. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { StateError, StoreError } from '../core/errors.ts';
import type { EngineSession } from './engine.ts';
import type { Schema } from './schema.ts';

export type Acquire = () => Promise<EngineSession>;

export function createKysely(acquire: Acquire): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new EngineDriver(acquire),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect });
}

class EngineConnection implements DatabaseConnection {
  readonly session: EngineSession;
  isDirty = false;

  constructor(session: EngineSession) {
    this.session = session;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affected } = await this.session.query(sql, parameters);
    return { rows: rows as R[], numAffectedRows: BigInt(affected) };
  }

  // biome-ignore lint/correctness/useYield: the contract wants an iterator, and there is nothing to iterate
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new StateError('the store does not stream');
  }
}

class EngineDriver implements Driver {
  readonly #acquire: Acquire;

  constructor(acquire: Acquire) {
    this.#acquire = acquire;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<EngineConnection> {
    return new EngineConnection(await this.#acquire());
  }

  async beginTransaction({ session }: EngineConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : '';
    const access = settings.accessMode ? ` ${settings.accessMode}` : '';
    await session.query(`start transaction${level}${access}`, []);
  }

  /** PostgreSQL answers `commit` of a failed transaction with a rollback; whoever swallowed the failure must know. */
  async commitTransaction(connection: EngineConnection): Promise<void> {
    connection.isDirty = true;
    const { command } = await connection.session.query('commit', []);
    connection.isDirty = false;
    if (command !== 'ROLLBACK') return;
    throw new StoreError(
      { code: 'store-failed', retryable: false },
      'store: the transaction had failed before its commit',
    );
  }

  /** Never rejects: whoever rolls back has an error in hand already, and the connection is dropped. */
  async rollbackTransaction(connection: EngineConnection): Promise<void> {
    connection.isDirty = true;
    const isDone = await connection.session.query('rollback', []).then(
      () => true,
      () => false,
    );
    connection.isDirty = !isDone;
  }

  async releaseConnection({ session, isDirty }: EngineConnection): Promise<void> {
    session.release(isDirty);
  }

  async destroy(): Promise<void> {}
}

import type { ClientBase, QueryArrayResult, QueryResult } from 'pg';
import type { Clock } from '../../core/clock.ts';
import type { StoreError } from '../../core/errors.ts';
import { within } from '../deadline.ts';
import type { EngineResult, EngineSession } from '../engine.ts';
import { toStoreError, unavailable } from '../failures.ts';

/** The server gives up a little sooner than we do: a late answer then tells a slow statement from a dead line. */
const SERVER_GIVES_UP_MS = 200;
/** A process that vanished in the middle of a transaction must not keep its locks. */
const IDLE_IN_TRANSACTION_MS = 10_000;

export interface SessionOptions {
  readonly clock: Clock;
  readonly client: ClientBase;
  readonly budgetMs: number;
  /** When the waiting for this session began; the first statement's budget counts from there. */
  readonly since: number;
  /** Gives the client back, or has it destroyed. */
  readonly giveBack: (destroy: boolean) => void;
  /** The line is dead, or the server is going away. */
  readonly onLost: (error: StoreError) => void;
}

/** A client for one user at a time. One that was late once is destroyed: its answer would be taken for the next one's. */
export class PostgresSession implements EngineSession {
  readonly #options: SessionOptions;
  #deadline: number;
  #isGone = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#deadline = options.since + options.budgetMs;
  }

  /** Tells the server our budget. Not in the connection's startup: connection poolers refuse what they do not know. */
  async prepare(): Promise<void> {
    const statementMs = Math.max(1, Math.round(this.#options.budgetMs - SERVER_GIVES_UP_MS));
    const deadline = this.#deadline;
    await this.script(
      `set statement_timeout = ${statementMs}; set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
    );
    this.#deadline = deadline;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<EngineResult> {
    return this.#run(() => this.#options.client.query(sql, [...parameters]));
  }

  script(sql: string): Promise<EngineResult> {
    return this.#run(() => this.#options.client.query(sql));
  }

  release(isDirty = false): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.giveBack(isDirty);
  }

  async #run(start: () => Promise<PgResult | readonly PgResult[]>): Promise<EngineResult> {
    const { clock, budgetMs, onLost } = this.#options;
    if (this.#isGone) throw unavailable('the connection was given up');
    const left = Math.max(1, this.#deadline - clock.now());
    // A server that said nothing is not there, if it had its full time to give up the statement.
    const isShort = left <= budgetMs - SERVER_GIVES_UP_MS;
    try {
      const result = await within(clock, left, start(), () => this.release(true));
      return toEngineResult(result);
    } catch (cause) {
      const error = toStoreError(cause);
      const isSilent = error.code === 'store-timeout' && error.sqlState === undefined && !isShort;
      if (error.code === 'store-unavailable') this.release(true);
      if (error.code === 'store-unavailable' || isSilent) onLost(error);
      throw error;
    } finally {
      this.#deadline = clock.now() + budgetMs;
    }
  }
}

type PgResult = QueryResult | QueryArrayResult;

function toEngineResult(result: PgResult | readonly PgResult[]): EngineResult {
  const last = Array.isArray(result) ? result.at(-1) : result;
  const isRead = last?.command === 'SELECT';
  return { rows: last?.rows ?? [], affected: isRead ? 0 : (last?.rowCount ?? 0), command: last?.command ?? '' };
}

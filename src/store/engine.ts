/** What the two databases have in common: sessions that run one statement at a time, and a line for notifications. */
import type { StoreError } from '../core/errors.ts';

export type StoreKind = 'postgres' | 'embedded';

/** A statement of Kav's takes no longer; then its connection is dropped. */
export const QUERY_BUDGET_MS = 2000;

export type Row = Readonly<Record<string, unknown>>;

export interface EngineResult {
  readonly rows: readonly Row[];
  /** Rows that an insert, update or delete touched. */
  readonly affected: number;
  /** PostgreSQL's word for what it did: `SELECT`, `COMMIT`, `ROLLBACK`. */
  readonly command: string;
}

/** One connection, held alone. Every method rejects with `StoreError`. */
export interface EngineSession {
  query(sql: string, parameters: readonly unknown[]): Promise<EngineResult>;
  /** Several statements without parameters; gives the result of the last. */
  script(sql: string): Promise<EngineResult>;
  /** Gives the connection back; `isDirty` when it may be in the middle of a transaction. Idempotent. */
  release(isDirty?: boolean): void;
}

export interface EngineEvents {
  /** The database has gone, as far as one session could see. Told once per `connect` that succeeded. */
  readonly onLost: (error: StoreError) => void;
  /**
   * The embedded database is about to begin from an earlier state, or from nothing: facts must be told again, from now on
   * and whatever happens to this process. A rejection is tried again.
   */
  readonly onFactsLost: () => Promise<void>;
  /** The embedded database could not be opened and was put aside; a new one has taken its place. */
  readonly onRebuilt: (movedTo: string, problem: string) => void;
}

export interface Listening {
  readonly onPayload: (payload: string) => void;
  /** Payloads may have been missed: the line was new, or lost for a while. */
  readonly onGap: () => void;
}

export interface Engine {
  readonly kind: StoreKind;
  /** Resolves when a statement has been answered. `ConfigError` when that will never be, else `StoreError`. */
  connect(): Promise<void>;
  /** A session whose statements may take `budgetMs` each, which includes the waiting for the session. */
  acquire(budgetMs?: number): Promise<EngineSession>;
  /** The engine keeps the line alive by itself. Returns its end. */
  listen(channel: string, listening: Listening): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A name of a channel, whatever is in it, as SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Copies of the embedded database that a newer one made needless. */
export interface RemovedCopies {
  readonly snapshots: number;
  /** Databases that could not be trusted, and were put aside. */
  readonly setAside: number;
}

export const NO_COPIES: RemovedCopies = { snapshots: 0, setAside: 0 };

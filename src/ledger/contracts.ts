/** What the rest of Kav sees of the ledger. */
import type { Fact } from '../core/fact.ts';

export interface LedgerStats {
  /** Facts in memory, not yet durable. */
  readonly waiting: number;
  /** Durable facts that the store does not have yet. */
  readonly unapplied: number;
  /** How long the oldest of those has been here, as far as this process knows. */
  readonly oldestUnappliedMs: number;
  /** The last sequence that the store has; everything before it as well. */
  readonly applied: number;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** How long the newest batch took to be written and synced. */
  readonly syncMs: number;
  readonly refusedNotes: number;
  readonly tornTails: number;
  readonly lostFacts: number;
  /** Facts that the store would not take, since the ledger was opened. */
  readonly refusedFacts: number;
}

export interface Ledger {
  /** Resolves when the fact is on the platter; rejects with a `LedgerError` when it does not count. */
  append(fact: Fact): Promise<void>;
  /** The same for a caller who does not wait; false if there is no room for it. A disk that is full is tried again. */
  note(fact: Fact): boolean;
  /** Resolves when everything told so far is durable or has been refused by the disk. */
  flush(): Promise<void>;
  stats(): LedgerStats;
  /**
   * What was told so far may leave this disk as soon as it may, whatever comes after it: the next fact begins a new
   * segment.
   */
  turn(): void;
  /** Of a ledger that holds: facts up to and including that sequence would now outlive a power cut in the store. */
  release(sequence: number): Promise<void>;
  /** The store has lost facts: all that are still here are to be applied again. Resolves when a crash would not undo it. */
  rewind(): Promise<void>;
  /** Flushes, lets go of the files and of the lock. Close the drainer first. */
  close(): Promise<void>;
  /** For the drainer. */
  readonly backlog: Backlog;
}

export interface LedgerEntry {
  /** Counts facts from 1. */
  readonly sequence: number;
  readonly fact: Fact;
}

/** The durable facts that the store does not have yet. One reader at a time. */
export interface Backlog {
  /** The next facts, in order; the same ones again until they are called applied. */
  read(limit: number): Promise<readonly LedgerEntry[]>;
  /** Everything up to and including that sequence is in the store. */
  applied(sequence: number): void;
  /** Keeps a fact that the store will not take, durably, in `refused.jsonl`. */
  refuse(entry: LedgerEntry, error: unknown): Promise<void>;
  /** Calls back when there may be more to read; returns the end of it. */
  watch(wake: () => void): () => void;
}

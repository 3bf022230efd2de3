/**
 * Applies the ledger's facts to the store, in order and in batches. While the store is away it waits, on one timer. A
 * fact that the store refuses while it takes others is found by halving the batch, set aside, and holds up nothing.
 */
import type { Clock } from '../core/clock.ts';
import { LedgerError } from '../core/errors.ts';
import type { Fact } from '../core/fact.ts';
import { Backoff } from './backoff.ts';
import type { Backlog, LedgerEntry } from './contracts.ts';

/** Stores all of the facts or none, in order. Facts come again, singly and in other batches, and then change nothing. */
export type ApplyFacts = (facts: readonly Fact[]) => Promise<void>;

export interface DrainerOptions {
  readonly backlog: Backlog;
  readonly apply: ApplyFacts;
  readonly clock: Clock;
  readonly onError: (error: LedgerError) => void;
  /**
   * Batches begin so far apart, unless one is full or somebody waits for `drained`: a store does sixty facts at once for
   * little more than one. Default 0.
   */
  readonly gatherMs?: number;
}

export interface Drainer {
  /** Resolves with true as soon as nothing is left to apply, with false if the drainer is closed before. */
  drained(): Promise<boolean>;
  stats(): DrainerStats;
  /** Resolves when the batch under way has ended. What is left is drained by the next to open the ledger. */
  close(): Promise<void>;
}

export interface DrainerStats {
  /** The store did not take the newest batch, for a reason that is not in the batch. */
  readonly away: boolean;
  readonly applied: number;
}

interface Refusal {
  readonly cause: unknown;
}

const BATCH_FACTS = 500;
/** How often a fact is refused, while the store takes others, before it is set aside. */
const STRIKES = 5;
/** How long a fact may be applied again: what a person has had erased must not come back. */
const KNOWN_FOR_MS = 60_000;

export function openDrainer(options: DrainerOptions): Drainer {
  return new BatchDrainer(options);
}

class BatchDrainer implements Drainer {
  readonly #options: DrainerOptions;
  readonly #backoff: Backoff;
  readonly #unwatch: () => void;
  readonly #waiters: ((drained: boolean) => void)[] = [];
  readonly #stopped: Promise<void>;
  #wake: () => void = () => {};
  /** Ends the gathering. */
  #hurry: () => void = () => {};
  #woken = true;
  /** When the next batch may begin. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #closed = false;
  #away = false;
  #failing = false;
  #applied = 0;
  #probes = 0;
  /** A fact that the store has taken lately: it must take it again, or it is away. */
  #known: { readonly entry: LedgerEntry; readonly at: number } | undefined;

  constructor(options: DrainerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
    this.#unwatch = options.backlog.watch(() => {
      this.#woken = true;
      this.#wake();
    });
    this.#stopped = this.#run();
  }

  drained(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#woken = true;
      this.#hurry();
      this.#wake();
    });
  }

  stats(): DrainerStats {
    return { away: this.#away, applied: this.#applied };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#backoff.close();
    this.#hurry();
    this.#wake();
    await this.#stopped;
    for (const resolve of this.#waiters.splice(0)) resolve(false);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#gather();
      if (this.#closed) return;
      this.#woken = false;
      const entries = await this.#read();
      if (entries.length > 0) await this.#drain(entries);
      else if (!this.#woken) await this.#idle();
    }
  }

  /** Lets facts gather, for as long as nobody waits for them. */
  async #gather(): Promise<void> {
    const { clock } = this.#options;
    const isWaitedFor = (): boolean => this.#closed || this.#waiters.length > 0;
    if (isWaitedFor() || clock.now() >= this.#notBefore) return;
    await new Promise<void>((resolve) => {
      const disarm = clock.at(this.#notBefore, resolve);
      this.#hurry = () => {
        disarm();
        resolve();
      };
    });
    this.#hurry = () => {};
  }

  async #read(): Promise<readonly LedgerEntry[]> {
    try {
      return await this.#options.backlog.read(BATCH_FACTS);
    } catch (error) {
      this.#report(new LedgerError('ledger-disk-failed', 'the ledger cannot be read', error));
      await this.#backoff.wait();
      this.#woken = true;
      return [];
    }
  }

  async #idle(): Promise<void> {
    for (const resolve of this.#waiters.splice(0)) resolve(true);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#closed) resolve();
    });
  }

  async #drain(batch: readonly LedgerEntry[]): Promise<void> {
    const { clock, gatherMs = 0 } = this.#options;
    const since = clock.now();
    const refusal = await this.#tryApply(batch);
    if (!refusal) {
      this.#pass(batch);
      if (batch.length < BATCH_FACTS) this.#notBefore = since + gatherMs;
    } else if (await this.#storeAnswers(batch)) await this.#halve(batch, refusal, batch);
    else await this.#waitForStore(refusal);
  }

  /** Applies what the store takes of entries that it refused as a whole, and sets aside the rest. */
  async #halve(entries: readonly LedgerEntry[], refusal: Refusal, batch: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 1) return await this.#judge(entries[0]!, refusal, batch);
    const middle = entries.length >> 1;
    for (const half of [entries.slice(0, middle), entries.slice(middle)]) {
      if (this.#closed) return;
      const again = await this.#tryApply(half);
      if (again) await this.#halve(half, again, batch);
      else this.#pass(half);
    }
  }

  /** Sets a fact aside once the store has refused it often enough while it took others. */
  async #judge(entry: LedgerEntry, first: Refusal, batch: readonly LedgerEntry[]): Promise<void> {
    let refusal: Refusal | undefined = first;
    for (let strikes = 1; strikes < STRIKES; ) {
      await this.#backoff.wait();
      if (this.#closed) return;
      refusal = await this.#tryApply([entry]);
      if (!refusal) return this.#pass([entry]);
      if (await this.#storeAnswers(batch, entry)) strikes++;
      else await this.#waitForStore(refusal);
    }
    while (!this.#closed && !(await this.#setAside(entry, refusal)));
  }

  async #setAside(entry: LedgerEntry, { cause }: Refusal): Promise<boolean> {
    try {
      await this.#options.backlog.refuse(entry, cause);
      this.#options.backlog.applied(entry.sequence);
      this.#backoff.reset();
      return true;
    } catch (error) {
      this.#report(new LedgerError('ledger-disk-failed', 'a refused fact cannot be kept', error));
      await this.#backoff.wait();
      return false;
    }
  }

  /** Whether the store takes anything: a fact that it has taken before, or the next fact of another call in turn. */
  async #storeAnswers(batch: readonly LedgerEntry[], suspect?: LedgerEntry): Promise<boolean> {
    const { entry: known, at } = this.#known ?? { at: Number.NEGATIVE_INFINITY };
    const isRecent = this.#options.clock.now() - at < KNOWN_FOR_MS;
    if (known && isRecent && !(await this.#tryApply([known], at))) return true;
    const nextOfCalls = new Map(batch.toReversed().map((entry) => [entry.fact.callSid, entry]));
    nextOfCalls.delete(suspect?.fact.callSid ?? '');
    const probes = [...nextOfCalls.values()];
    const probe = probes[this.#probes++ % probes.length];
    return probe !== undefined && !(await this.#tryApply([probe]));
  }

  async #tryApply(entries: readonly LedgerEntry[], at = this.#options.clock.now()): Promise<Refusal | undefined> {
    try {
      await this.#options.apply(entries.map(({ fact }) => fact));
    } catch (cause) {
      return { cause };
    }
    this.#known = { entry: entries.at(-1)!, at };
    this.#away = false;
    return undefined;
  }

  #pass(entries: readonly LedgerEntry[]): void {
    this.#applied += entries.length;
    this.#failing = false;
    this.#backoff.reset();
    this.#options.backlog.applied(entries.at(-1)!.sequence);
  }

  async #waitForStore({ cause }: Refusal): Promise<void> {
    this.#away = true;
    this.#report(new LedgerError('ledger-store-away', 'the store does not take facts; they are kept', cause));
    await this.#backoff.wait();
  }

  /** Reports the first of a row of faults. */
  #report(error: LedgerError): void {
    if (!this.#failing) this.#options.onError(error);
    this.#failing = true;
  }
}

/**
 * The way into the ledger. Facts that wait at the same moment share one write and one sync, one at a time; the next batch
 * gathers meanwhile. Memory is bounded: what waits too long for a stalled disk is refused.
 */
import type { Clock } from '../core/clock.ts';
import { LedgerError } from '../core/errors.ts';
import type { Fact } from '../core/fact.ts';
import { FactQueue } from './fact-queue.ts';
import type { SegmentWriter } from './segments/segment-writer.ts';

export interface IntakeLimits {
  /** Memory for waiting facts, past which a fact that nobody waits for is refused. */
  readonly noteBytes: number;
  /** Memory for waiting facts, past which every fact is refused. */
  readonly waitingBytes: number;
}

export const defaultIntakeLimits: IntakeLimits = { noteBytes: 16 * 2 ** 20, waitingBytes: 64 * 2 ** 20 };

export interface IntakeOptions {
  readonly clock: Clock;
  readonly writer: SegmentWriter;
  readonly limits: IntakeLimits;
  readonly onError: (error: LedgerError) => void;
  /** A batch has become durable. */
  readonly onDurable: (count: number) => void;
}

const MAX_FACT_BYTES = 2 ** 20;
const BATCH_BYTES = 2 ** 20;
const RETRY_AFTER_MS = 1000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #queue = new FactQueue();
  #running = false;
  #committed = 0;
  #flushes: { readonly until: number; readonly resolve: () => void }[] = [];
  #disarm: (() => void) | undefined;
  #failing = false;
  #closed = false;
  #refusedNotes = 0;
  #syncMs = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get refusedNotes(): number {
    return this.#refusedNotes;
  }

  get syncMs(): number {
    return this.#syncMs;
  }

  append(fact: Fact): Promise<void> {
    return new Promise((resolve, reject) => {
      const json = Buffer.from(JSON.stringify(fact));
      const refusal = this.#refusalOf(json, this.#options.limits.waitingBytes);
      if (refusal) return reject(refusal);
      this.#queue.push({ json, settle: (error) => (error ? reject(error) : resolve()) });
      this.#run();
    });
  }

  note(fact: Fact): boolean {
    const json = Buffer.from(JSON.stringify(fact));
    if (this.#refusalOf(json, this.#options.limits.noteBytes)) {
      this.#refusedNotes++;
      return false;
    }
    this.#queue.push({ json, settle: undefined });
    if (!this.#disarm) this.#run();
    return true;
  }

  /** Resolves when everything told so far is durable, or refused by the disk. */
  flush(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushes.push({ until: this.#committed + this.#queue.length, resolve });
      this.#run();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#queue.length === 0) return;
    this.#refusedNotes += this.#queue.length;
    this.#options.onError(
      new LedgerError('ledger-closed', `${this.#queue.length} facts could not be written before the ledger closed`),
    );
    this.#queue.clear();
  }

  #refusalOf(json: Buffer, roomBytes: number): LedgerError | undefined {
    if (this.#closed) return new LedgerError('ledger-closed', 'the ledger is closed');
    if (json.length > MAX_FACT_BYTES) return new LedgerError('ledger-fact-too-large', `${json.length} bytes of a fact`);
    if (this.#queue.bytes + json.length <= roomBytes) return undefined;
    return new LedgerError('ledger-stalled', 'too many facts wait for the disk');
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#disarm?.();
    this.#disarm = undefined;
    void this.#commitAll();
  }

  async #commitAll(): Promise<void> {
    await undefined; // what the same turn of the loop tells shares the batch
    try {
      while (this.#queue.length > 0) await this.#commitOne();
    } catch (error) {
      this.#refuse(error as LedgerError);
    } finally {
      this.#running = false;
    }
  }

  async #commitOne(): Promise<void> {
    const { clock, writer, onDurable } = this.#options;
    const batch = this.#queue.head(BATCH_BYTES);
    const from = clock.now();
    await writer.commit(batch.map(({ json }) => json));
    this.#syncMs = clock.now() - from;
    this.#failing = false;
    this.#queue.shift(batch.length);
    this.#committed += batch.length;
    onDurable(batch.length);
    for (const { settle } of batch) settle?.();
    this.#endFlushes(this.#committed);
  }

  #endFlushes(committed: number): void {
    for (const { until, resolve } of this.#flushes) if (until <= committed) resolve();
    this.#flushes = this.#flushes.filter(({ until }) => until > committed);
  }

  /** Whoever waits is told; what nobody waits for stays and is tried again, after a while or with the next fact. */
  #refuse(error: LedgerError): void {
    const { clock, onError } = this.#options;
    if (!this.#failing) onError(error);
    this.#failing = true;
    for (const { settle } of this.#queue.takeAwaited()) settle?.(error);
    this.#endFlushes(Number.POSITIVE_INFINITY);
    if (this.#queue.length === 0 || this.#closed) return;
    this.#disarm = clock.at(clock.now() + RETRY_AFTER_MS, () => this.#run());
  }
}

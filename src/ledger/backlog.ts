/** The ledger as its drainer sees it. */
import { LedgerError } from '../core/errors.ts';
import type { Backlog, LedgerEntry } from './contracts.ts';
import type { Disk } from './disk/disk.ts';
import { keepRefused } from './refused-facts.ts';
import type { Progress } from './segments/progress.ts';
import type { Segment } from './segments/segment.ts';
import { SegmentReader } from './segments/segment-reader.ts';

export interface BacklogOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly segments: readonly Segment[];
  readonly progress: Progress;
  readonly onError: (error: LedgerError) => void;
}

export class FileBacklog implements Backlog {
  readonly #options: BacklogOptions;
  readonly #reader: SegmentReader;
  readonly #watchers = new Set<() => void>();
  #lost = 0;
  #refused = 0;
  /** What was read before does not count any more. */
  #isRewound = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
    const { disk, segments, onError } = options;
    this.#reader = new SegmentReader({
      disk,
      segments,
      onDamage: ({ segment, from, to }) => {
        this.#lost += to - from;
        onError(new LedgerError('ledger-damaged', `facts ${from} to ${to - 1} cannot be read in ${segment.file}`));
      },
    });
  }

  get lost(): number {
    return this.#lost;
  }

  get refused(): number {
    return this.#refused;
  }

  async read(limit: number): Promise<readonly LedgerEntry[]> {
    const { progress } = this.#options;
    if (this.#isRewound) this.#reader.rewind();
    this.#isRewound = false;
    const entries = await this.#reader.read(progress.applied + 1, limit);
    if (entries.length === 0) this.applied(this.#reader.next - 1); // what is damaged up to the end
    return entries;
  }

  applied(sequence: number): void {
    if (!this.#isRewound) this.#options.progress.advance(sequence);
  }

  async rewind(): Promise<void> {
    this.#isRewound = true;
    await this.#options.progress.rewind();
    this.wake();
  }

  async refuse(entry: LedgerEntry, error: unknown): Promise<void> {
    const { folder, disk, onError } = this.#options;
    await keepRefused(disk, folder, entry, error);
    this.#refused++;
    const { callSid, key } = entry.fact;
    onError(new LedgerError('ledger-fact-refused', `the store does not take ${key} of ${callSid}`, error));
  }

  watch(wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }

  /** There may be more to read. */
  wake(): void {
    for (const wake of this.#watchers) wake();
  }
}

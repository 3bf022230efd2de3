/**
 * How far the ledger has been applied: saves the cursor now and then, and removes segments that are done with. Segments
 * go from the front, each durably before the next, so that what remains has no gap whatever a crash undoes.
 */
import type { Clock } from '../../core/clock.ts';
import { LedgerError } from '../../core/errors.ts';
import { type Disk, removeIfThere } from '../disk/disk.ts';
import { saveCursor } from './cursor.ts';
import { asideOf, type Segment } from './segment.ts';
import type { SegmentWriter } from './segment-writer.ts';

export interface ProgressOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly segments: Segment[];
  readonly writer: SegmentWriter;
  /** What the saved cursor says. */
  readonly applied: number;
  /** Segments stay until they are released. */
  readonly holds: boolean;
  readonly onError: (error: LedgerError) => void;
}

/** How many facts are applied again after a crash: those of this time. */
const SAVE_EVERY_MS = 1000;

export class Progress {
  readonly #options: ProgressOptions;
  #applied: number;
  #saved: number;
  #released: number;
  #alarm: { readonly time: number; readonly disarm: () => void } | undefined;
  #working: Promise<void> = Promise.resolve();
  #failing = false;
  #closed = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#applied = options.applied;
    this.#saved = options.applied;
    this.#released = options.holds ? 0 : Number.POSITIVE_INFINITY;
    this.#arm(options.clock.now());
  }

  get applied(): number {
    return this.#applied;
  }

  advance(sequence: number): void {
    if (sequence <= this.#applied) return;
    this.#applied = sequence;
    this.#arm(this.#options.clock.now() + SAVE_EVERY_MS);
  }

  /** Facts up to that sequence may go; resolves when those have gone that could. */
  release(sequence: number): Promise<void> {
    this.#released = Math.max(this.#released, sequence);
    return this.settle();
  }

  /** Back to the first fact that is still here. Rejects when the disk does not take that. */
  async rewind(): Promise<void> {
    const { segments, writer } = this.#options;
    this.#applied = (segments[0]?.first ?? writer.next) - 1;
    const saving = this.#working.then(() => this.#save());
    this.#working = saving.catch(() => this.#arm(this.#options.clock.now() + SAVE_EVERY_MS));
    await saving;
  }

  /** Saves the cursor and removes what is done with. Faults are reported and tried again later. */
  settle(): Promise<void> {
    this.#alarm?.disarm();
    this.#alarm = undefined;
    this.#working = this.#working.then(() => this.#work());
    return this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settle();
  }

  #arm(time: number): void {
    if (this.#closed || (this.#alarm && this.#alarm.time <= time)) return;
    this.#alarm?.disarm();
    this.#alarm = { time, disarm: this.#options.clock.at(time, () => void this.settle()) };
  }

  async #work(): Promise<void> {
    const { writer, clock } = this.#options;
    const saved = await this.#attempt(() => this.#save());
    const removed = await this.#attempt(() => this.#removeApplied());
    this.#failing = !saved || !removed;
    if (this.#failing) return this.#arm(clock.now() + SAVE_EVERY_MS);
    if (writer.next > this.#applied + 1) return; // the next advance goes on
    await this.#attempt(async () => {
      const askAgain = await writer.retire();
      if (askAgain !== undefined) this.#arm(askAgain);
      else if (this.#options.segments.length > 0) await this.#removeApplied();
    });
  }

  async #save(): Promise<void> {
    const { disk, folder } = this.#options;
    const applied = this.#applied;
    if (applied === this.#saved) return;
    await saveCursor(disk, folder, applied);
    this.#saved = applied;
  }

  async #removeApplied(): Promise<void> {
    const { disk, folder, segments, writer } = this.#options;
    const done = Math.min(this.#applied, this.#released);
    for (let front = segments[0]; front && front.end <= done + 1; front = segments[0]) {
      if (front === writer.current) return;
      if (front.damaged) await disk.rename(front.file, asideOf(front.file));
      else await removeIfThere(disk, front.file);
      segments.shift();
      await disk.syncFolder(folder);
    }
  }

  /** Reports the first of a row of faults. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!this.#failing) {
        this.#options.onError(new LedgerError('ledger-disk-failed', 'what is applied cannot be put away', error));
      }
      return false;
    }
  }
}

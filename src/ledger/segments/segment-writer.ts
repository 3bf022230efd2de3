/**
 * Makes batches of facts durable, one after the other. A segment on which a write or a sync failed is never written to
 * again: after a failed sync the system may have thrown the bytes away and call the next sync a success (the "fsyncgate"
 * of PostgreSQL, 2018). The batch is written anew into a fresh segment, whose header says that it takes over.
 */
import type { Clock } from '../../core/clock.ts';
import { LedgerError } from '../../core/errors.ts';
import { type Disk, type DiskFile, faultCode } from '../disk/disk.ts';
import { encodeBatch, encodeHeader, HEADER_BYTES } from './record.ts';
import { type Segment, type SegmentLimits, segmentFile } from './segment.ts';

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: SegmentLimits;
  /** The line of segments; the writer appends to it. */
  readonly segments: Segment[];
  readonly nextNumber: number;
  readonly next: number;
  readonly onError: (error: LedgerError) => void;
}

interface OpenSegment {
  readonly segment: Segment;
  readonly handle: DiskFile;
  readonly since: number;
}

/** A second segment may be on the same bad patch; after the third the disk is to blame. */
const ATTEMPTS = 3;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #number: number;
  #next: number;
  #open: OpenSegment | undefined;
  #committing = false;
  #turned: OpenSegment | undefined;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#number = options.nextNumber;
    this.#next = options.next;
  }

  /** The sequence of the next fact. */
  get next(): number {
    return this.#next;
  }

  /** The segment that may still grow. */
  get current(): Segment | undefined {
    return this.#open?.segment;
  }

  /** Resolves when all of the facts are durable; rejects when none of them counts. Not to be called while it runs. */
  async commit(facts: readonly Buffer[]): Promise<void> {
    this.#committing = true;
    try {
      for (let attempt = 1; !(await this.#tryCommit(facts, attempt)); attempt++);
    } finally {
      this.#committing = false;
    }
  }

  /** The current segment takes nothing more. */
  turn(): void {
    this.#turned = this.#open;
  }

  /** Gives up the current segment if it is old or was turned, so that it can be removed; returns when to ask again. */
  async retire(): Promise<number | undefined> {
    const { clock, limits } = this.#options;
    if (!this.#open) return undefined;
    const due = this.#isTurned ? clock.now() : this.#open.since + limits.segmentAgeMs;
    if (this.#committing || clock.now() < due) return Math.max(due, clock.now() + limits.segmentAgeMs / 10);
    await this.close();
    return undefined;
  }

  get #isTurned(): boolean {
    return this.#open !== undefined && this.#open === this.#turned;
  }

  async close(): Promise<void> {
    const handle = this.#open?.handle;
    this.#open = undefined;
    await handle?.close();
  }

  async #tryCommit(facts: readonly Buffer[], attempt: number): Promise<boolean> {
    try {
      const { segment, handle } = await this.#room();
      const bytes = encodeBatch(facts, this.#next);
      await handle.write(bytes, segment.length);
      await handle.sync();
      this.#next += facts.length;
      segment.length += bytes.length;
      segment.end = this.#next;
      return true;
    } catch (error) {
      await this.#abandon();
      if (FULL.has(faultCode(error) ?? '')) throw new LedgerError('ledger-disk-full', 'the disk is full', error);
      if (attempt === ATTEMPTS) throw failed('facts cannot be written', error);
      this.#options.onError(failed('a write failed and is tried in a new segment', error));
      return false;
    }
  }

  async #room(): Promise<OpenSegment> {
    const { clock, limits } = this.#options;
    const open = this.#open;
    const isGood = open && open.segment.length < limits.segmentBytes && !this.#isTurned;
    if (isGood && clock.now() < open.since + limits.segmentAgeMs) return open;
    await this.close();
    return await this.#create();
  }

  async #create(): Promise<OpenSegment> {
    const { disk, folder, segments, clock } = this.#options;
    const file = segmentFile(folder, this.#number++);
    const handle = await disk.create(file);
    const segment = { file, first: this.#next, end: this.#next, length: HEADER_BYTES, damaged: false };
    this.#open = { segment, handle, since: clock.now() };
    segments.push(segment);
    await handle.write(encodeHeader(this.#next), 0);
    await handle.sync();
    await disk.syncFolder(folder);
    return this.#open;
  }

  /** What was durable in the segment stays to be read. If that is nothing, the file may go at once. */
  async #abandon(): Promise<void> {
    const { disk, segments, onError } = this.#options;
    const open = this.#open;
    if (!open) return;
    const isEmpty = open.segment.end === open.segment.first;
    if (isEmpty) segments.splice(segments.indexOf(open.segment), 1);
    try {
      await this.close();
      if (isEmpty) await disk.remove(open.segment.file);
    } catch (error) {
      onError(failed('a segment that failed cannot be put away', error));
    }
  }
}

function failed(what: string, cause: unknown): LedgerError {
  return new LedgerError('ledger-disk-failed', `${what} (${faultCode(cause) ?? 'no code'})`, cause);
}

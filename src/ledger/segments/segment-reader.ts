/** Gives the facts of a line of segments in order, each once, and tells of every one that is no longer there. */
import type { Fact } from '../../core/fact.ts';
import type { LedgerEntry } from '../contracts.ts';
import type { Disk } from '../disk/disk.ts';
import { readAround } from './read-around.ts';
import { decodeRecords, HEADER_BYTES, type LedgerRecord } from './record.ts';
import type { Segment } from './segment.ts';

/** Facts that were durable and cannot be read: from one sequence up to, not including, another. */
export interface Damage {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
}

export interface SegmentReaderOptions {
  readonly disk: Disk;
  readonly segments: readonly Segment[];
  readonly onDamage: (damage: Damage) => void;
}

const CHUNK_BYTES = 256 * 1024;
/** Facts may be long: what is read at once has a bound in bytes too. */
const AHEAD_BYTES = 2 ** 20;

export class SegmentReader {
  readonly #options: SegmentReaderOptions;
  /** Read and not yet asked away. */
  #ahead: LedgerEntry[] = [];
  #aheadBytes = 0;
  #next = 0;
  #segment: Segment | undefined;
  #offset = HEADER_BYTES;

  constructor(options: SegmentReaderOptions) {
    this.#options = options;
  }

  /** The sequence after the last that was read or found lost. */
  get next(): number {
    return this.#next;
  }

  /** The next read may begin before what was read. */
  rewind(): void {
    this.#ahead = [];
    this.#next = 0;
    this.#segment = undefined;
  }

  /** Up to `limit` facts from that sequence on; none when there are no more. Not to be called while it runs. */
  async read(from: number, limit: number): Promise<readonly LedgerEntry[]> {
    this.#ahead = this.#ahead.filter((entry) => entry.sequence >= from);
    if (this.#ahead.length === 0) this.#aheadBytes = 0;
    this.#next = Math.max(this.#next, from);
    while (!this.#isEnough(limit) && (await this.#readMore(limit)));
    return this.#ahead.slice(0, limit);
  }

  #isEnough(limit: number): boolean {
    return this.#ahead.length >= limit || this.#aheadBytes >= AHEAD_BYTES;
  }

  async #readMore(limit: number): Promise<boolean> {
    const segment = this.#options.segments.find(({ end }) => end > this.#next);
    if (!segment) return false;
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#offset = HEADER_BYTES;
    }
    const { end, length } = segment;
    for (let chunk = CHUNK_BYTES; ; chunk *= 4) {
      const to = Math.min(length, this.#offset + chunk);
      const bytes = await readAround(this.#options.disk, segment.file, this.#offset, to);
      const isRead = this.#take(segment, end, bytes, limit);
      if (this.#next === end || isRead) return true;
      if (to < length) continue;
      this.#lose(segment, end);
      return true;
    }
  }

  /** Takes what it may of a piece of the segment; false if it held no record at all. */
  #take(segment: Segment, end: number, bytes: Buffer, limit: number): boolean {
    const start = this.#offset;
    for (const record of decodeRecords(bytes, 0)) {
      if (record.sequence >= end) break;
      this.#offset = start + record.end;
      if (record.sequence < this.#next) continue;
      if (record.sequence > this.#next) this.#lose(segment, record.sequence);
      const fact = parseFact(record);
      if (fact) this.#ahead.push({ sequence: record.sequence, fact });
      else this.#lose(segment, record.sequence + 1);
      this.#next = record.sequence + 1;
      this.#aheadBytes += record.json.length;
      if (this.#isEnough(limit)) break;
    }
    return this.#offset > start;
  }

  #lose(segment: Segment, to: number): void {
    segment.damaged = true;
    this.#options.onDamage({ segment, from: this.#next, to });
    this.#next = to;
  }
}

/** The checksum vouches that these are the bytes that were written. */
function parseFact({ json }: LedgerRecord): Fact | undefined {
  try {
    return JSON.parse(json.toString('utf8')) as Fact;
  } catch {
    return undefined;
  }
}

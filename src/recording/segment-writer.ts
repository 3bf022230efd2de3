/**
 * Brings closed segments to the disk, away from the calls: a few at a time, again after a failure, and with a bound on
 * what waits. A disk that fails or hangs costs segments, which are counted, and never a call.
 */
import { webcrypto } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

export interface ClosedSegment {
  /** Relative to the folder of recordings. */
  readonly folder: string;
  readonly name: string;
  /** Locked already. */
  readonly bytes: Uint8Array;
}

export interface StoredSegment {
  /** Relative to the folder of recordings, with `/`. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SegmentStore {
  /** Undefined when too much waits already. Resolves with undefined when it was given up; never rejects. */
  put(segment: ClosedSegment): Promise<StoredSegment | undefined> | undefined;
}

/** Where files go. `store` resolves when the file outlives a loss of power, under its name, whole. */
export interface Disk {
  store(segment: ClosedSegment): Promise<void>;
}

export interface SegmentWriterOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Locked bytes that may wait for the disk. */
  readonly mostWaitingBytes?: number;
  /** The disk failed; the segment is tried again unless it is `givenUp`. */
  readonly onError: (error: unknown, segment: { readonly file: string; readonly givenUp: boolean }) => void;
}

/** Two hundred segments of ten seconds. */
const MOST_WAITING_BYTES = 32 << 20;
const AT_A_TIME = 4;
const ATTEMPTS = 5;
const RETRY_MS = 500;
/** How long `close` waits for a disk that does not answer. */
const CLOSE_MS = 5_000;

interface Job {
  readonly segment: ClosedSegment;
  readonly settle: (stored: StoredSegment | undefined) => void;
}

export class SegmentWriter implements SegmentStore {
  readonly #o: SegmentWriterOptions;
  readonly #waiting: Job[] = [];
  readonly #unsettled = new Set<Job>();
  readonly #wakes = new Set<() => void>();
  #bytes = 0;
  #running = 0;
  #closing: Promise<void> | undefined;
  #onIdle: () => void = () => {};

  constructor(options: SegmentWriterOptions) {
    this.#o = options;
  }

  put(segment: ClosedSegment): Promise<StoredSegment | undefined> | undefined {
    const { mostWaitingBytes = MOST_WAITING_BYTES } = this.#o;
    if (this.#closing || this.#bytes + segment.bytes.length > mostWaitingBytes) return undefined;
    this.#bytes += segment.bytes.length;
    return new Promise((settle) => {
      const job = { segment, settle };
      this.#unsettled.add(job);
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Writes what waits, each once more at most, and gives up what a hung disk has not taken in 5 s. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    const { clock } = this.#o;
    for (const wake of [...this.#wakes]) wake();
    if (this.#unsettled.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const disarm = clock.at(clock.now() + CLOSE_MS, () => {
      for (const job of [...this.#unsettled]) this.#settle(job, undefined);
    });
    await idle;
    disarm();
  }

  #next(): void {
    while (this.#running < AT_A_TIME && this.#waiting.length > 0) {
      const job = this.#waiting.shift()!;
      this.#running++;
      void this.#write(job).then((stored) => {
        this.#running--;
        this.#settle(job, stored);
        this.#next();
      });
    }
  }

  async #write({ segment }: Job): Promise<StoredSegment | undefined> {
    const file = `${segment.folder}/${segment.name}`;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#o.disk.store(segment);
        const digest = await webcrypto.subtle.digest('SHA-256', segment.bytes as Uint8Array<ArrayBuffer>);
        return { file, bytes: segment.bytes.length, sha256: Buffer.from(digest).toString('hex') };
      } catch (error) {
        const givenUp = attempt === ATTEMPTS || this.#closing !== undefined;
        this.#o.onError(error, { file, givenUp });
        if (givenUp) return undefined;
      }
      await this.#pause(RETRY_MS * 2 ** (attempt - 1));
    }
  }

  #pause(ms: number): Promise<void> {
    const { clock } = this.#o;
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        disarm();
        this.#wakes.delete(wake);
        resolve();
      };
      const disarm = clock.at(clock.now() + ms, wake);
      this.#wakes.add(wake);
    });
  }

  #settle(job: Job, stored: StoredSegment | undefined): void {
    if (!this.#unsettled.delete(job)) return;
    this.#bytes -= job.segment.bytes.length;
    job.settle(stored);
    if (this.#unsettled.size === 0) this.#onIdle();
  }
}

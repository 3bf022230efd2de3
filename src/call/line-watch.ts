/**
 * The state of a call's line, looked at once a second: frames for the metrics, and notes of what went wrong for the
 * journal. What happens often is added up, so that the worst line leaves a few lines a minute.
 */
import type { CallNote } from '../core/call-note.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';

export interface LineWatchOptions {
  readonly log: Pick<Log, 'debug'>;
  readonly metrics: Metrics;
  readonly note: (note: CallNote) => void;
  /** Frames so far. */
  readonly received: () => number;
  readonly sent: () => number;
}

/** A process that wakes later than that is noticed in a conversation. */
const NOTED_LATE_MS = 100;
/** After so many notes of one call it is clear that its line is bad; from then on they are rare. */
const EACH_LOOK = 30;
const LATER_LOOKS = 15;

export class LineWatch {
  readonly #o: LineWatchOptions;
  #sentBefore = 0;
  #receivedBefore = 0;
  #gaps = 0;
  #gapMs = 0;
  #underruns = 0;
  #underrunMs = 0;
  #lateMs = 0;
  #noted = 0;
  #looks = 0;

  constructor(options: LineWatchOptions) {
    this.#o = options;
  }

  gap(gapMs: number): void {
    this.#o.log.debug('MEDIA_GAP', { gap_ms: gapMs });
    this.#gaps++;
    this.#gapMs += gapMs;
  }

  underrun(lateMs: number): void {
    this.#o.metrics.playoutUnderrun();
    this.#underruns++;
    this.#underrunMs = Math.max(this.#underrunMs, lateMs);
  }

  silent(silentMs: number): void {
    this.#o.note({ type: 'media-silent', silentMs: Math.round(silentMs) });
  }

  /** `lateMs`: the latest that the process has woken since the last look. */
  look(lateMs: number): void {
    this.count();
    this.#lateMs = Math.max(this.#lateMs, lateMs);
    this.#looks++;
    if (this.#noted < EACH_LOOK || this.#looks % LATER_LOOKS === 0) this.#tell();
  }

  /** Nothing is added up any longer. */
  close(): void {
    this.count();
    this.#tell();
  }

  count(): void {
    const { metrics, received, sent } = this.#o;
    metrics.mediaFrames('in', received() - this.#receivedBefore);
    metrics.mediaFrames('out', sent() - this.#sentBefore);
    this.#receivedBefore = received();
    this.#sentBefore = sent();
  }

  #tell(): void {
    if (this.#gaps > 0) this.#note({ type: 'media-gap', gaps: this.#gaps, gapMs: Math.round(this.#gapMs) });
    if (this.#underruns > 0) {
      this.#note({ type: 'playout-underrun', times: this.#underruns, lateMs: Math.round(this.#underrunMs) });
    }
    if (this.#lateMs >= NOTED_LATE_MS) this.#note({ type: 'process-late', lateMs: Math.round(this.#lateMs) });
    this.#gaps = 0;
    this.#gapMs = 0;
    this.#underruns = 0;
    this.#underrunMs = 0;
    this.#lateMs = 0;
  }

  #note(note: CallNote): void {
    this.#noted++;
    this.#o.note(note);
  }
}

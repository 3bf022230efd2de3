import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import type { Clock } from '../core/clock.ts';
import type { ProviderError } from '../core/errors.ts';
import { BUDGETS } from './budgets.ts';
import type { SpeechEvent } from './contracts.ts';

export interface UtteranceLedgerOptions {
  readonly clock: Clock;
  readonly onEvent: (event: SpeechEvent) => void;
  /** From the end of speech until the partial serves as the final. */
  readonly finalWaitMs?: number;
}

/**
 * Reconciles a vendor's own idea of utterances with the contract: one `final` for each end of speech, in order. A vendor
 * gives words in segments, whenever it likes; they belong to the oldest utterance that still waits for its words, and
 * come out when the vendor says that it is through with it (`flushed`), or when the wait is over.
 *
 * Positions are milliseconds of the session's audio, counted by `heard`; an adapter that opens a new stream in the middle
 * adds where that stream began. A segment that ends before what was already given out is a late repeat and is dropped.
 */
export class UtteranceLedger {
  readonly #options: UtteranceLedgerOptions;
  readonly #owed: { readonly endMs: number; readonly disarm: () => void }[] = [];
  #heardBytes = 0;
  #segments: string[] = [];
  #partial = '';
  /** Words of audio up to here were given out. */
  #settledMs = 0;
  #isSpeaking = false;
  #isClosed = false;

  constructor(options: UtteranceLedgerOptions) {
    this.#options = options;
  }

  /** Position in the session's audio. */
  get heardMs(): number {
    return (this.#heardBytes * 1000) / SAMPLE_RATE_HZ;
  }

  /** Utterances that have ended and wait for their words. */
  get owed(): number {
    return this.#owed.length;
  }

  /** Audio goes to the vendor: µ-law, so a byte is a sample. */
  heard(bytes: number): void {
    this.#heardBytes += bytes;
  }

  speechStarted(): void {
    this.#isSpeaking = true;
  }

  speechEnded(): void {
    this.#isSpeaking = false;
    if (!this.#isClosed) this.#owe();
  }

  #owe(): void {
    const { clock, finalWaitMs = BUDGETS.sttFinalMs } = this.#options;
    const disarm = clock.at(clock.now() + finalWaitMs, () => this.#settle(true));
    this.#owed.push({ endMs: this.heardMs, disarm });
  }

  /** The vendor's words so far for what is not final yet; each replaces the one before. */
  partial(text: string): void {
    if (this.#isClosed || text.trim() === this.#partial) return;
    this.#partial = text.trim();
    const words = this.#words();
    if (words !== '') this.#options.onEvent({ type: 'partial', text: words });
  }

  /** Final words of a stretch of audio that ends at `endMs`, if the vendor tells where. */
  segment(text: string, endMs?: number): void {
    if (this.#isClosed || (endMs !== undefined && endMs <= this.#settledMs)) return;
    this.#partial = '';
    if (text.trim() === '') return;
    this.#segments.push(text.trim());
    // A caller too quiet for the VAD is understood all the same: an utterance of its own.
    if (!this.#isSpeaking && this.#owed.length === 0) this.#owe();
    this.#options.onEvent({ type: 'partial', text: this.#words() });
  }

  /**
   * The vendor is through with everything up to the end of the oldest owed utterance; `isDoubtful` when it may have
   * dropped some of it. Idle calls do nothing.
   */
  flushed(isDoubtful = false): void {
    if (!this.#isClosed && this.#owed.length > 0) this.#settle(isDoubtful);
  }

  /** The session is dead: what is known of the owed utterance is lost with it, unless somebody replays the audio. */
  fail(error: ProviderError): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onEvent({ type: 'error', error });
  }

  close(): void {
    this.#isClosed = true;
    for (const { disarm } of this.#owed.splice(0)) disarm();
  }

  #settle(isOverdue = false): void {
    const settled = this.#owed.shift();
    if (!settled) return;
    settled.disarm();
    const text = this.#words();
    // Words that come for silence given out as such are late, not repeated: they may still be told.
    if (text !== '') this.#settledMs = settled.endMs;
    this.#segments = [];
    this.#partial = '';
    this.#options.onEvent({ type: 'final', text, ...(isOverdue ? { isOverdue } : {}) });
  }

  #words(): string {
    return [...this.#segments, this.#partial].filter((text) => text !== '').join(' ');
  }
}

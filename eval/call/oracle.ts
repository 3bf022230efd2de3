/**
 * A recogniser that knows the labels. It behaves as a streaming vendor does: words one by one while they are spoken,
 * a final at each pause of the speech, an end forced by the VAD, all of it late by a delay that can be set; noises have
 * no words.
 */
import type { Clock } from '../../src/core/clock.ts';
import type { SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../../src/providers/contracts.ts';
import { UtteranceLedger } from '../../src/providers/utterance-ledger.ts';
import type { TimedWord } from './witness.ts';

export interface OracleOptions {
  readonly clock: Clock;
  /** The caller's words, in the order of their ends; it may grow during the call. */
  readonly wordsOf: (callSid: string) => readonly TimedWord[];
  /** From the end of a word to the partial that has it. */
  readonly partialMs: number;
  /** From the end of a segment to its final. */
  readonly finalMs: number;
}

export function createOracle(options: OracleOptions): SpeechToText {
  const sessions = new Set<OracleSession>();
  return {
    name: 'oracle',
    caveat: 'Recognition is an oracle: it reads the labels of the corpus.',
    open: (call) => {
      const session = new OracleSession(options, call, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    close: async () => {
      for (const session of sessions) await session.close();
    },
  };
}

/** What a vendor needs to answer when everything is ready. */
const SOON_MS = 10;

class OracleSession implements SpeechToTextSession {
  readonly #options: OracleOptions;
  readonly #words: readonly TimedWord[];
  readonly #ledger: UtteranceLedger;
  readonly #onClosed: () => void;
  readonly #alarms = new Set<() => void>();
  /** Words whose end has passed the microphone. */
  #heard = 0;
  /** Words that were shown in a partial. */
  #shown = 0;
  /** Words that were given out as final. */
  #settled = 0;
  /** Final words that no utterance has taken yet. */
  #isHolding = false;
  #isSpeaking = false;
  #isClosed = false;

  constructor(options: OracleOptions, { callSid, onEvent }: SpeechToTextOptions, onClosed: () => void) {
    this.#options = options;
    this.#words = options.wordsOf(callSid);
    this.#ledger = new UtteranceLedger({ clock: options.clock, onEvent });
    this.#onClosed = onClosed;
  }

  write(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#ledger.heard(frame.length);
    const { heardMs } = this.#ledger;
    for (let word = this.#words[this.#heard]; word && word.endMs <= heardMs; word = this.#words[this.#heard]) {
      const heard = ++this.#heard;
      this.#later(this.#options.partialMs, () => this.#show(heard));
      if (word.endsSegment) this.#later(this.#options.finalMs, () => this.#pause(heard));
    }
  }

  speechStarted(): void {
    this.#isSpeaking = true;
    this.#ledger.speechStarted();
  }

  speechEnded(): void {
    if (this.#isClosed) return;
    this.#isSpeaking = false;
    this.#ledger.speechEnded();
    const heard = this.#heard;
    this.#later(this.#waitMs(heard), () => {
      // What a partial has shown is in the final, also what was shown since.
      this.#settle(Math.max(heard, this.#shown));
      this.#ledger.flushed();
      this.#isHolding = false;
    });
  }

  expect(): void {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ledger.close();
    for (const cancel of this.#alarms) cancel();
    this.#alarms.clear();
    this.#onClosed();
  }

  /** A vendor that is asked to end an utterance gives what it has; that there was nothing takes it as long. */
  #waitMs(heard: number): number {
    const { finalMs } = this.#options;
    if (heard > this.#settled) {
      return Math.max(SOON_MS, this.#words[heard - 1]!.endMs + finalMs - this.#ledger.heardMs);
    }
    return this.#isHolding ? SOON_MS : finalMs;
  }

  #show(heard: number): void {
    this.#shown = Math.max(this.#shown, heard);
    if (this.#shown > this.#settled) this.#ledger.partial(this.#text(this.#settled, this.#shown));
  }

  /** The vendor has found a pause by itself. A caller whom the VAD does not hear is understood all the same. */
  #pause(heard: number): void {
    const isUnasked = !this.#isSpeaking && this.#ledger.owed === 0;
    if (!this.#settle(heard) || !isUnasked) return;
    this.#ledger.flushed();
    this.#isHolding = false;
  }

  #settle(heard: number): boolean {
    if (heard <= this.#settled) return false;
    const text = this.#text(this.#settled, heard);
    this.#settled = heard;
    this.#isHolding = true;
    this.#ledger.segment(text);
    return true;
  }

  #text(from: number, to: number): string {
    return this.#words
      .slice(from, to)
      .map(({ text }) => text)
      .join(' ');
  }

  #later(ms: number, run: () => void): void {
    const { clock } = this.#options;
    const cancel = clock.at(clock.now() + ms, () => {
      this.#alarms.delete(cancel);
      run();
    });
    this.#alarms.add(cancel);
  }
}

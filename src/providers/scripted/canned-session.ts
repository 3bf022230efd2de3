import type { Clock } from '../../core/clock.ts';
import type { SpeechEvent, SpeechToText, SpeechToTextSession } from '../contracts.ts';

export interface CannedRecogniserOptions {
  readonly name: string;
  readonly caveat: string;
  readonly clock: Clock;
  /** What was "heard" in the n-th utterance of a session, counted from 0. */
  readonly textOf: (utterance: number) => string;
  /** From the end of speech to the final. */
  readonly finalMs: number;
}

/**
 * A recogniser that hears nothing and knows the words beforehand: half of them as a partial while the caller speaks,
 * all of them when the speech has ended. Speech that never began still gets its final.
 */
export function createCannedRecogniser(options: CannedRecogniserOptions): SpeechToText {
  const sessions = new Set<CannedSession>();
  return {
    name: options.name,
    caveat: options.caveat,
    open: ({ onEvent }) => {
      const session = new CannedSession({ ...options, onEvent, onClosed: () => sessions.delete(session) });
      sessions.add(session);
      return session;
    },
    close: async () => {
      for (const session of sessions) await session.close();
    },
  };
}

interface CannedSessionOptions extends CannedRecogniserOptions {
  readonly onEvent: (event: SpeechEvent) => void;
  readonly onClosed: () => void;
}

/** Into an utterance, a recogniser shows its first words about then. */
const PARTIAL_MS = 400;

class CannedSession implements SpeechToTextSession {
  readonly #options: CannedSessionOptions;
  readonly #alarms = new Set<() => void>();
  #utterance = 0;
  #cancelPartial: (() => void) | undefined;
  #isSpeaking = false;
  #isClosed = false;

  constructor(options: CannedSessionOptions) {
    this.#options = options;
  }

  write(): void {}

  expect(): void {}

  speechStarted(): void {
    if (this.#isClosed || this.#isSpeaking) return;
    this.#isSpeaking = true;
    const text = firstHalf(this.#options.textOf(this.#utterance));
    this.#cancelPartial = this.#emitLater(PARTIAL_MS, { type: 'partial', text }, () => {
      this.#cancelPartial = undefined;
    });
  }

  speechEnded(): void {
    if (this.#isClosed) return;
    const text = this.#options.textOf(this.#utterance++);
    if (this.#cancelPartial || !this.#isSpeaking) this.#emitLater(0, { type: 'partial', text: firstHalf(text) });
    this.#cancelPartial?.();
    this.#cancelPartial = undefined;
    this.#isSpeaking = false;
    this.#emitLater(this.#options.finalMs, { type: 'final', text });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#alarms) cancel();
    this.#alarms.clear();
    this.#options.onClosed();
  }

  #emitLater(ms: number, event: SpeechEvent & { readonly text: string }, after?: () => void): () => void {
    const { clock, onEvent } = this.#options;
    const cancelAlarm = clock.at(clock.now() + ms, () => {
      this.#alarms.delete(cancel);
      after?.();
      if (event.type === 'final' || event.text !== '') onEvent(event);
    });
    const cancel = () => {
      cancelAlarm();
      this.#alarms.delete(cancel);
    };
    this.#alarms.add(cancel);
    return cancel;
  }
}

/** The first half of the words, rounded up. */
function firstHalf(text: string): string {
  const words = text.split(/\s+/).filter(Boolean);
  return words.slice(0, Math.ceil(words.length / 2)).join(' ');
}

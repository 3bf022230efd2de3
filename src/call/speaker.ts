/** Has the sentences of one reply spoken in order, the next one asked for while the one before is still coming in. */
import { FRAME_BYTES, FRAME_MS } from '../audio/frame.ts';
import type { CallEventBody, SpokenName } from '../core/call-event.ts';
import { ProviderError } from '../core/errors.ts';
import type { TextToSpeechSession } from '../providers/contracts.ts';
import { speakAloud } from '../text/aloud.ts';
import { cleanText } from '../text/clean.ts';
import { isUninterruptible, type Line, textOf } from '../text/line.ts';
import { isSpeakable } from '../text/speakable.ts';
import { encodeSpeech } from './encode-speech.ts';
import type { LineCache } from './line-cache.ts';
import type { PlayoutQueue } from './playout-queue.ts';
import { readAhead } from './read-ahead.ts';

export interface SpeakerTools {
  readonly tts: TextToSpeechSession;
  /** BCP 47: how numbers are read. */
  readonly language: string;
  readonly cache: LineCache;
  readonly playout: PlayoutQueue;
  readonly dispatch: (event: CallEventBody) => void;
  /** A sentence has been spoken and queued. */
  readonly onSpoken: (bytes: number) => void;
}

/** What the call is told of a sentence beside its words. */
interface SentenceMarks {
  readonly line?: SpokenName;
  readonly uninterruptible?: true;
}

export class Speaker {
  readonly #reply: number;
  readonly #tools: SpeakerTools;
  readonly #signal: AbortSignal;
  /** Ends when the newest sentence has been queued whole. */
  #newest: Promise<void> = Promise.resolve();

  constructor(reply: number, tools: SpeakerTools, signal: AbortSignal) {
    this.#reply = reply;
    this.#tools = tools;
    this.#signal = signal;
  }

  /**
   * Asks for a sentence, and resolves when the one before it is queued: so there are never more than two on their way.
   * Throws `ProviderError` of an earlier sentence, or the signal's reason.
   */
  async say(line: Line, name?: SpokenName): Promise<void> {
    this.#signal.throwIfAborted();
    const { cache, dispatch, language, tts } = this.#tools;
    const sentence = textOf(line);
    const text = cleanText(sentence);
    const marks = marksOf(line, name);
    if (!isSpeakable(text)) return;
    const { uninterruptible } = marks;
    dispatch({ type: 'voice-request', reply: this.#reply, text, ...(uninterruptible ? { uninterruptible } : {}) });
    const before = this.#newest;
    const cached = cache.get(sentence);
    const audio = cached ?? readAhead(encodeSpeech(tts.synthesize(speakAloud(text, language), this.#signal)));
    this.#newest = before.then(() => this.#queue(text, marks, audio));
    this.#newest.catch(() => {}); // whoever says the next sentence, or finishes, is told
    await before;
  }

  /** Resolves when everything is queued. Throws as `say`. */
  async finish(): Promise<void> {
    await this.#newest;
    this.#signal.throwIfAborted();
  }

  async #queue(text: string, marks: SentenceMarks, audio: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    this.#signal.throwIfAborted();
    if (audio instanceof Uint8Array) return queue(this.#reply, { text, marks, audio }, this.#tools);
    let bytes = 0;
    for await (const piece of audio) {
      this.#signal.throwIfAborted();
      if (piece.length === 0) continue;
      if (bytes === 0) this.#tools.dispatch(sentenceStart(this.#reply, text, marks));
      bytes += piece.length;
      this.#tools.playout.enqueue(this.#reply, piece);
    }
    this.#signal.throwIfAborted();
    if (bytes === 0) throw noAudio(text);
    endSentence(this.#reply, bytes, this.#tools);
  }
}

interface SpokenSentence {
  readonly text: string;
  readonly marks: SentenceMarks;
  readonly audio: Uint8Array;
}

type QueueTools = Pick<SpeakerTools, 'dispatch' | 'playout' | 'onSpoken'>;

export interface SpokenLine {
  readonly line: Line;
  readonly name: SpokenName;
  readonly audio: Uint8Array;
}

/** Queues a line whose audio is already there. */
export function queueLine(reply: number, { line, name, audio }: SpokenLine, tools: QueueTools): void {
  queue(reply, { text: textOf(line), marks: marksOf(line, name), audio }, tools);
}

function queue(reply: number, { text, marks, audio }: SpokenSentence, tools: QueueTools): void {
  tools.dispatch(sentenceStart(reply, text, marks));
  tools.playout.enqueue(reply, audio);
  endSentence(reply, audio.length, tools);
}

const sentenceStart = (reply: number, text: string, marks: SentenceMarks): CallEventBody => ({
  type: 'sentence-start',
  reply,
  text,
  ...marks,
});

const marksOf = (line: Line, name: SpokenName | undefined): SentenceMarks => ({
  ...(name === undefined ? {} : { line: name }),
  ...(isUninterruptible(line) ? { uninterruptible: true } : {}),
});

function endSentence(reply: number, bytes: number, tools: QueueTools): void {
  tools.playout.endSentence(reply);
  tools.dispatch({ type: 'sentence-end', reply, audioMs: (bytes / FRAME_BYTES) * FRAME_MS });
  tools.onSpoken(bytes);
}

function noAudio(text: string): ProviderError {
  const details = { provider: 'voice', operation: 'tts', code: 'provider-failed', retryable: true } as const;
  return new ProviderError(details, `no audio for a sentence of ${text.length} characters`);
}

import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { Expectation, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { UtteranceLedger } from '../utterance-ledger.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { RecogniserSocket } from '../wire/recogniser-socket.ts';
import {
  CLOSE_STREAM,
  DEEPGRAM,
  type DeepgramMessage,
  errorOfClose,
  FINALIZE,
  KEEP_ALIVE,
  parseMessage,
  refusalDetail,
  serializeListenUrl,
} from './codec.ts';
import type { DeepgramOptions } from './options.ts';

export interface DeepgramSessionTools extends SpeechToTextOptions {
  readonly clock: Clock;
  readonly options: DeepgramOptions;
  readonly onClosed: () => void;
}

/** 100 ms a message: Deepgram asks for 20 to 250 ms. */
const BATCH_BYTES = 800;
/** It closes after 10 s without audio or this message: https://developers.deepgram.com/docs/audio-keep-alive */
const KEEP_ALIVE_MS = 4_000;
/** Positions are told in hundredths of a second or so. */
const POSITION_SLACK_MS = 20;
/** Enough to know a repeated result by. */
const REMEMBERED_ENDS = 16;

type Results = Extract<DeepgramMessage, { type: 'results' }>;

/** One call on one socket: all audio goes out, and each end of speech asks for the words up to there. */
export class DeepgramSession implements SpeechToTextSession {
  readonly #tools: DeepgramSessionTools;
  readonly #ledger: UtteranceLedger;
  readonly #socket: RecogniserSocket;
  readonly #batch = Buffer.alloc(BATCH_BYTES);
  /** Ends of speech, by position, for which the words have not come yet. */
  readonly #awaited: number[] = [];
  readonly #ends: number[] = [];
  #phrases: readonly string[] = [];
  #batched = 0;
  /** Words up to here are final. */
  #finalMs = 0;
  #answeredMs = 0;
  #sentAt: number;
  #isSpeaking = false;
  #isOver = false;
  #disarm: () => void;

  constructor(tools: DeepgramSessionTools) {
    const { clock, options, language, onEvent } = tools;
    this.#tools = tools;
    this.#ledger = new UtteranceLedger({ clock, onEvent });
    this.#socket = new RecogniserSocket({
      who: DEEPGRAM,
      clock,
      // Key terms belong to the request: an expectation that comes later waits for the next socket.
      url: () => serializeListenUrl({ options, language, phrases: this.#phrases }),
      headers: { Authorization: `Token ${options.apiKey}` },
      onText: (text) => this.#receive(parseMessage(text)),
      onLost: (error) => this.#lose(error),
      refusalDetail,
      errorOfClose,
    });
    this.#sentAt = clock.now();
    this.#disarm = this.#armKeepAlive();
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#ledger.heard(frame.length);
    for (let i = 0; i < frame.length; i++) {
      this.#batch[this.#batched++] = frame[i]!;
      if (this.#batched === BATCH_BYTES) this.#sendBatch();
    }
  }

  speechStarted(): void {
    this.#isSpeaking = true;
    this.#ledger.speechStarted();
  }

  speechEnded(): void {
    if (this.#isOver) return;
    this.#isSpeaking = false;
    this.#sendBatch();
    this.#ledger.speechEnded();
    this.#awaited.push(this.#ledger.heardMs);
    if (this.#ledger.heardMs > this.#finalMs) return this.#socket.send(FINALIZE);
    // Nothing has been said since the last final words, so there is nothing to ask for.
    queueMicrotask(() => this.#answer());
  }

  expect({ phrases = [] }: Expectation): void {
    this.#phrases = phrases;
  }

  async close(): Promise<void> {
    if (!this.#isOver) this.#end();
    this.#ledger.close();
    await this.#socket.close(CLOSE_STREAM);
  }

  /** Ends the session with an error. Not to be called from inside its own methods. */
  abandon(error: ProviderError): void {
    this.#socket.abandon(error);
  }

  #lose(error: ProviderError): void {
    this.#end();
    this.#ledger.fail(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#disarm();
    this.#tools.onClosed();
  }

  #sendBatch(): void {
    if (this.#batched === 0) return; // an empty message would end the stream
    this.#socket.sendAudio(this.#batched === BATCH_BYTES ? this.#batch : this.#batch.subarray(0, this.#batched));
    this.#batched = 0;
    this.#sentAt = this.#tools.clock.now();
  }

  /** A muted line sends no audio for minutes. */
  #armKeepAlive(): () => void {
    const { clock } = this.#tools;
    return clock.at(this.#sentAt + KEEP_ALIVE_MS, () => {
      if (clock.now() - this.#sentAt >= KEEP_ALIVE_MS) {
        if (this.#socket.isOpen) this.#socket.send(KEEP_ALIVE);
        this.#sentAt = clock.now();
      }
      this.#disarm = this.#armKeepAlive();
    });
  }

  #receive(message: DeepgramMessage): void {
    if (message.type === 'results') return this.#hear(message);
    if (message.type === 'error') this.abandon(brokenAnswer(DEEPGRAM, message.detail));
    if (message.type === 'malformed') this.abandon(brokenAnswer(DEEPGRAM, 'a message that is none'));
  }

  #hear({ text, isFinal, fromFinalize, endMs }: Results): void {
    const atMs = endMs + (this.#socket.droppedBytes * 1000) / SAMPLE_RATE_HZ;
    if (!isFinal) {
      if (atMs > this.#finalMs) this.#ledger.partial(text);
      return;
    }
    if (!this.#ends.includes(atMs)) this.#take(text, atMs);
    this.#finalMs = Math.max(this.#finalMs, atMs);
    this.#answer(fromFinalize ? atMs : undefined);
  }

  #take(text: string, atMs: number): void {
    this.#ends.push(atMs);
    if (this.#ends.length > REMEMBERED_ENDS) this.#ends.shift();
    const isBetweenUtterances = !this.#isSpeaking && this.#awaited.length === 0;
    if (text !== '') this.#ledger.segment(text, atMs);
    // Empty final words do not unsay the partial ones of an utterance; of a noise between two, they do.
    else if (isBetweenUtterances) this.#ledger.partial('');
    if (isBetweenUtterances) this.#ledger.flushed();
  }

  /** Settles the utterances whose words are final; an answer to `Finalize` settles one wherever it says it ends. */
  #answer(finalizedMs?: number): void {
    const isDue = (endMs: number | undefined) => endMs !== undefined && endMs <= this.#finalMs + POSITION_SLACK_MS;
    const isLateAnswer = finalizedMs === undefined || finalizedMs <= this.#answeredMs + POSITION_SLACK_MS;
    if (!isDue(this.#awaited[0]) && !isLateAnswer) this.#settleOldest();
    while (isDue(this.#awaited[0])) this.#settleOldest();
  }

  #settleOldest(): void {
    // The ledger does not wait for ever: what it has settled by itself is no longer owed.
    if (this.#awaited.length === this.#ledger.owed) this.#ledger.flushed();
    this.#answeredMs = this.#awaited.shift() ?? this.#answeredMs;
  }
}

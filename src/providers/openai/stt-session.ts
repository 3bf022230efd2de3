import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { UtteranceLedger } from '../utterance-ledger.ts';
import { brokenAnswer } from '../vendor-error.ts';
import { PreRoll } from '../wire/pre-roll.ts';
import { RecogniserSocket } from '../wire/recogniser-socket.ts';
import {
  errorOfFault,
  errorOfTranscriptionClose,
  isEmptyCommit,
  OPENAI_STT,
  parseTranscriptionMessage,
  serializeAppend,
  serializeCommit,
  serializeSessionUpdate,
  type TranscriptionFault,
  type TranscriptionMessage,
  transcriptionRefusalDetail,
} from './stt-codec.ts';
import type { TranscriptionOptions } from './stt-options.ts';
import { TranscriptionTurns } from './stt-turns.ts';

export interface TranscriptionSessionTools extends SpeechToTextOptions {
  readonly clock: Clock;
  readonly options: TranscriptionOptions;
  readonly onClosed: () => void;
}

/** Speech is noticed up to 300 ms late, and the first sound of a word is quiet. */
const PRE_ROLL_BYTES = 4_000;
/** 100 ms a message. */
const BATCH_BYTES = 800;
/** Most models begin only when the utterance is over; 1.7 s to the words is usual for one in a hundred. */
const FINAL_WAIT_MS = 2_000;
/** OpenAI ends a session after 60 minutes: https://developers.openai.com/api/docs/guides/realtime-conversations */
const RENEW_MS = 50 * 60_000;

/** One call: each utterance, and nothing else, is sent and committed as an item of its own. */
export class TranscriptionSession implements SpeechToTextSession {
  readonly #tools: TranscriptionSessionTools;
  readonly #ledger: UtteranceLedger;
  readonly #turns: TranscriptionTurns;
  readonly #preRoll = new PreRoll(PRE_ROLL_BYTES);
  readonly #batch = Buffer.alloc(BATCH_BYTES);
  #socket: RecogniserSocket;
  #retiring: Promise<void> = Promise.resolve();
  #batched = 0;
  #sentBytes = 0;
  #commits = 0;
  #isSpeaking = false;
  #isRenewalDue = false;
  #isOver = false;
  #disarm: () => void = () => {};

  constructor(tools: TranscriptionSessionTools) {
    const { clock, onEvent } = tools;
    this.#tools = tools;
    this.#ledger = new UtteranceLedger({ clock, onEvent, finalWaitMs: FINAL_WAIT_MS });
    this.#turns = new TranscriptionTurns(this.#ledger);
    this.#socket = this.#openSocket();
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#ledger.heard(frame.length);
    if (!this.#isSpeaking) return this.#preRoll.push(frame);
    for (let i = 0; i < frame.length; i++) {
      this.#batch[this.#batched++] = frame[i]!;
      if (this.#batched === BATCH_BYTES) this.#sendBatch();
    }
  }

  speechStarted(): void {
    if (this.#isOver || this.#isSpeaking) return;
    this.#isSpeaking = true;
    this.#ledger.speechStarted();
    this.#preRoll.drain((audio) => this.#append(Buffer.from(audio.buffer, audio.byteOffset, audio.length)));
  }

  speechEnded(): void {
    if (this.#isOver) return;
    this.#isSpeaking = false;
    this.#sendBatch();
    this.#ledger.speechEnded();
    const eventId = `commit-${++this.#commits}`;
    this.#turns.add(eventId, this.#ledger.heardMs);
    if (this.#sentBytes > 0) this.#socket.send(serializeCommit(eventId));
    else queueMicrotask(() => this.#turns.answerEmpty(eventId));
    this.#sentBytes = 0;
  }

  /** Nothing here takes an expectation. */
  expect(): void {}

  async close(): Promise<void> {
    if (!this.#isOver) this.#end();
    this.#ledger.close();
    await Promise.all([this.#socket.close(''), this.#retiring]);
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

  #openSocket(): RecogniserSocket {
    const { clock, options, language } = this.#tools;
    const socket = new RecogniserSocket({
      who: OPENAI_STT,
      clock,
      url: () => options.url,
      headers: options.apiKey === undefined ? {} : { Authorization: `Bearer ${options.apiKey}` },
      onText: (text) => this.#receive(parseTranscriptionMessage(text)),
      onLost: (error) => this.#lose(error),
      refusalDetail: transcriptionRefusalDetail,
      errorOfClose: errorOfTranscriptionClose,
    });
    socket.send(serializeSessionUpdate(options.model, language));
    this.#disarm = clock.at(clock.now() + RENEW_MS, () => {
      this.#isRenewalDue = true;
      this.#renewInSilence();
    });
    return socket;
  }

  /** Between utterances the old session knows nothing that the new one would miss. */
  #renewInSilence(): void {
    if (!this.#isRenewalDue || this.#isSpeaking || !this.#turns.isEmpty) return;
    this.#isRenewalDue = false;
    this.#retiring = this.#socket.close('');
    this.#socket = this.#openSocket();
  }

  #sendBatch(): void {
    if (this.#batched === 0) return;
    this.#append(this.#batched === BATCH_BYTES ? this.#batch : this.#batch.subarray(0, this.#batched));
    this.#batched = 0;
  }

  #append(audio: Buffer): void {
    this.#sentBytes += audio.length;
    this.#socket.sendAudio(serializeAppend(audio.toString('base64')));
  }

  #receive(message: TranscriptionMessage): void {
    if (message.type === 'committed') this.#turns.committed(message.itemId);
    if (message.type === 'delta') this.#turns.delta(message.itemId, message.text);
    if (message.type === 'completed') this.#turns.completed(message.itemId, message.text);
    if (message.type === 'fault') this.#fault(message.fault);
    if (message.type === 'malformed') this.abandon(brokenAnswer(OPENAI_STT, 'a message that is none'));
    if (!this.#isOver) this.#renewInSilence();
  }

  #fault(fault: TranscriptionFault): void {
    if (isEmptyCommit(fault)) this.#turns.answerEmpty(fault.eventId);
    else this.abandon(errorOfFault(fault));
  }
}

import type { ProviderError } from '../../core/errors.ts';
import type { Expectation, SpeechEvent, SpeechToTextSession } from '../contracts.ts';
import { PreRoll } from '../wire/pre-roll.ts';
import type { ToWorker } from './worker-messages.ts';

/** 300 ms: the contract's longest time from the beginning of speech to its detection. */
const PRE_ROLL_BYTES = 2_400;
/** Five frames a message: one message per frame would cost more than the recognition. */
const BATCH_BYTES = 800;

export interface SessionTools {
  readonly id: number;
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void;
  readonly onEvent: (event: SpeechEvent) => void;
  readonly onClosed: () => void;
}

/** The near end of a call's recognition: gates by utterance, batches frames, and counts the finals that are owed. */
export class PocketsphinxSession implements SpeechToTextSession {
  readonly #tools: SessionTools;
  readonly #preRoll = new PreRoll(PRE_ROLL_BYTES);
  #batch = new Uint8Array(BATCH_BYTES);
  #batched = 0;
  #isSpeaking = false;
  #isOver = false;
  #finalsOwed = 0;

  constructor(tools: SessionTools) {
    this.#tools = tools;
    tools.post({ type: 'open', session: tools.id });
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    if (!this.#isSpeaking) return this.#preRoll.push(frame);
    for (let from = 0; from < frame.length; ) {
      const part = frame.subarray(from, from + BATCH_BYTES - this.#batched);
      this.#batch.set(part, this.#batched);
      this.#batched += part.length;
      from += part.length;
      if (this.#batched === BATCH_BYTES) this.#sendBatch();
    }
  }

  speechStarted(): void {
    if (this.#isOver || this.#isSpeaking) return;
    this.#isSpeaking = true;
    this.#tools.post({ type: 'start', session: this.#tools.id });
    this.#sendAudio(this.#preRoll.take());
  }

  speechEnded(): void {
    if (this.#isOver) return;
    this.#sendBatch();
    this.#isSpeaking = false;
    this.#finalsOwed++;
    this.#tools.post({ type: 'end', session: this.#tools.id });
  }

  expect(expectation: Expectation): void {
    if (!this.#isOver) this.#tools.post({ type: 'expect', session: this.#tools.id, expectation });
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tools.post({ type: 'close', session: this.#tools.id });
    this.#tools.onClosed();
  }

  receive(type: 'partial' | 'final', text: string): void {
    if (type === 'final') this.#finalsOwed--;
    if (!this.#isOver) this.#tools.onEvent({ type, text });
  }

  /** The thread or this session's decoder is gone: what is owed is given, empty, and the error is the last event. */
  fail(error: ProviderError): void {
    while (this.#finalsOwed > 0) this.receive('final', '');
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tools.onClosed();
    this.#tools.onEvent({ type: 'error', error });
  }

  #sendBatch(): void {
    this.#sendAudio(this.#batch.slice(0, this.#batched));
    this.#batched = 0;
  }

  #sendAudio(mulaw: Uint8Array<ArrayBuffer>): void {
    if (mulaw.length > 0) this.#tools.post({ type: 'audio', session: this.#tools.id, mulaw }, [mulaw.buffer]);
  }
}

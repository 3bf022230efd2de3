import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { UtteranceLedger } from '../utterance-ledger.ts';
import { PreRoll } from '../wire/pre-roll.ts';
import type { ToWorker } from './worker-messages.ts';

/** 300 ms: the contract's longest time from the beginning of speech to its detection. */
const PRE_ROLL_BYTES = 2_400;

export interface SherpaSessionTools {
  readonly id: number;
  readonly clock: Clock;
  readonly onEvent: SpeechToTextOptions['onEvent'];
  readonly post: (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void;
  /** An empty buffer for audio, to be sent away. */
  readonly borrow: () => Uint8Array<ArrayBuffer>;
  readonly onClosed: () => void;
}

/** The near end of a call's recognition: gates by utterance, and batches frames into the buffers of a pool. */
export class SherpaSession implements SpeechToTextSession {
  readonly #tools: SherpaSessionTools;
  readonly #ledger: UtteranceLedger;
  readonly #preRoll = new PreRoll(PRE_ROLL_BYTES);
  /** Where the utterances end whose words have not come yet. */
  readonly #awaited: number[] = [];
  #batch: Uint8Array<ArrayBuffer> | undefined;
  #batched = 0;
  #isSpeaking = false;
  #isOver = false;

  constructor(tools: SherpaSessionTools) {
    const { id, clock, onEvent } = tools;
    this.#tools = tools;
    this.#ledger = new UtteranceLedger({ clock, onEvent });
    tools.post({ type: 'open', session: id });
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#ledger.heard(frame.length);
    if (this.#isSpeaking) this.#take(frame);
    else this.#preRoll.push(frame);
  }

  speechStarted(): void {
    if (this.#isOver || this.#isSpeaking) return;
    this.#isSpeaking = true;
    this.#ledger.speechStarted();
    this.#preRoll.drain((audio) => this.#take(audio));
  }

  speechEnded(): void {
    if (this.#isOver) return;
    this.#isSpeaking = false;
    this.#sendBatch();
    this.#ledger.speechEnded();
    this.#awaited.push(this.#ledger.heardMs);
    this.#tools.post({ type: 'end', session: this.#tools.id });
  }

  /** A streaming model takes hot words only when it is loaded. */
  expect(): void {}

  async close(): Promise<void> {
    this.#ledger.close();
    if (!this.#isOver) this.#end();
  }

  partial(text: string): void {
    this.#ledger.partial(text);
  }

  final(text: string): void {
    const endMs = this.#awaited[0];
    // The ledger does not wait for ever. What it has settled by itself is not owed; late words are told all the same.
    const isOwed = this.#awaited.length === this.#ledger.owed || this.#ledger.owed === 0;
    if (text !== '') this.#ledger.segment(text, endMs);
    if (isOwed) this.#ledger.flushed();
    this.#awaited.shift();
  }

  /** Not to be called from inside its own methods. */
  fail(error: ProviderError): void {
    if (this.#isOver) return;
    this.#end();
    this.#ledger.fail(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#tools.post({ type: 'close', session: this.#tools.id });
    this.#tools.onClosed();
  }

  #take(audio: Uint8Array): void {
    for (let i = 0; i < audio.length; i++) {
      this.#batch ??= this.#tools.borrow();
      this.#batch[this.#batched++] = audio[i]!;
      if (this.#batched === this.#batch.length) this.#sendBatch();
    }
  }

  #sendBatch(): void {
    const [mulaw, bytes] = [this.#batch, this.#batched];
    if (!mulaw || bytes === 0) return;
    this.#batch = undefined;
    this.#batched = 0;
    this.#tools.post({ type: 'audio', session: this.#tools.id, mulaw, bytes }, [mulaw.buffer]);
  }
}

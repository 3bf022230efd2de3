import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { Expectation, SpeechEvent, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { UtteranceLedger } from '../utterance-ledger.ts';
import { AudioTail } from './audio-tail.ts';
import type { SpeechTarget } from './options.ts';
import { serializeConfig } from './stt-codec.ts';
import type { SpeechConnection } from './stt-connection.ts';
import type { RotationLimits } from './stt-rotation.ts';
import { SpeechStream } from './stt-stream.ts';
import { BYTES_PER_MS } from './stt-transcript.ts';
import { type OpenStream, Utterance } from './stt-utterance.ts';

/** The VAD notices speech up to 300 ms late, and a word may begin softly before that. */
const PRE_ROLL_BYTES = 500 * BYTES_PER_MS;
/** What can be replayed when Google ends a stream in the middle. */
const TAIL_BYTES = 10_000 * BYTES_PER_MS;

export interface SessionOptions {
  readonly clock: Clock;
  readonly connection: SpeechConnection;
  readonly target: SpeechTarget;
  readonly limits: RotationLimits;
  readonly onEvent: SpeechToTextOptions['onEvent'];
  readonly onClosed: () => void;
}

/**
 * A call's recognition. Each utterance has a stream of its own, opened when speech begins and half-closed when it ends,
 * because that is when Google gives its final at once; nothing is open while nobody speaks. Utterances come out in order:
 * the words of a later one wait until the one before has its final.
 */
export class GoogleSpeechSession implements SpeechToTextSession {
  readonly #options: SessionOptions;
  readonly #ledger: UtteranceLedger;
  readonly #tail = new AudioTail(TAIL_BYTES);
  /** Oldest first; all but the last have ended and wait for their words. */
  readonly #utterances: Utterance[] = [];
  #current: Utterance | undefined;
  /** Audio up to here belongs to an utterance. */
  #claimed = 0;
  #phrases: readonly string[] = [];
  #isOver = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#ledger = new UtteranceLedger({ clock: options.clock, onEvent: (event) => this.#tell(event) });
    this.#watchConnection();
  }

  write(frame: Uint8Array): void {
    if (this.#isOver) return;
    this.#ledger.heard(frame.length);
    this.#tail.push(frame);
    this.#current?.audioCame();
  }

  speechStarted(): void {
    if (this.#isOver || this.#current) return;
    this.#ledger.speechStarted();
    this.#current = this.#begin(Math.max(this.#claimed, this.#tail.end - PRE_ROLL_BYTES));
    this.#current.audioCame();
  }

  speechEnded(): void {
    if (this.#isOver) return;
    const utterance = this.#current ?? this.#begin(this.#tail.end);
    this.#current = undefined;
    this.#claimed = this.#tail.end;
    utterance.end();
    this.#ledger.speechEnded();
    // Without audio there was no stream, and nobody else will say that it is done.
    if (utterance.isDone) this.#soon(() => this.#drain());
  }

  /** Phrases go with the streams that open from now on: Google takes them at the start of a stream only. */
  expect({ phrases = [] }: Expectation): void {
    this.#phrases = phrases;
  }

  async close(): Promise<void> {
    this.#end();
  }

  fail(error: ProviderError): void {
    if (this.#isOver) return;
    this.#end(() => this.#ledger.fail(error));
  }

  #end(lastWord?: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const utterance of this.#utterances.splice(0)) utterance.cancel();
    lastWord?.();
    this.#ledger.close();
    this.#options.onClosed();
  }

  #begin(from: number): Utterance {
    const { clock, limits } = this.#options;
    const utterance = new Utterance({
      clock,
      limits,
      from,
      tail: this.#tail,
      openStream: this.#openStream,
      onWords: (which) => {
        if (which === this.#utterances[0]) this.#ledger.partial(which.text);
      },
      onDone: () => this.#drain(),
      onFail: (error) => this.fail(error),
    });
    this.#utterances.push(utterance);
    return utterance;
  }

  readonly #openStream: OpenStream = (listen) => {
    const { connection, target } = this.#options;
    this.#watchConnection();
    const config = serializeConfig(target, this.#phrases);
    return new SpeechStream({ call: connection.openStream(), version: target.version, config, ...listen });
  };

  /** gRPC lets a stream wait for its connection without a word; the budget is kept here. */
  #watchConnection(): void {
    this.#options.connection.untilReady().catch((error: ProviderError) => this.fail(error));
  }

  /** Gives out every utterance at the front that Google is through with. */
  #drain(): void {
    const [first] = this.#utterances;
    if (this.#isOver || !first?.isDone) return;
    this.#ledger.partial(first.text);
    this.#ledger.flushed(first.isDoubtful);
  }

  #tell(event: SpeechEvent): void {
    this.#options.onEvent(event);
    if (event.type !== 'final' || this.#isOver) return;
    // Given out whole, or with what was known when its time was up: whatever Google has yet to say is too late.
    this.#utterances.shift()?.cancel();
    const [next] = this.#utterances;
    if (next) this.#ledger.partial(next.text);
    this.#drain();
  }

  #soon(work: () => void): void {
    const { clock } = this.#options;
    clock.at(clock.now(), work);
  }
}

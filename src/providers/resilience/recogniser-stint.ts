import type { Clock } from '../../core/clock.ts';
import type { Expectation, SpeechEvent, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import type { VendorOperation } from '../vendor-error.ts';
import type { Replay, ReplayMark } from './recogniser-replay.ts';
import { BYTES_PER_MS } from './recogniser-utterances.ts';

/** So much of a replay is sent in one go, a second of audio; then other calls have their turn. */
const BYTES_PER_TICK = 1_000 * BYTES_PER_MS;

export interface StintOptions {
  readonly clock: Clock;
  readonly provider: SpeechToText;
  /** The provider's place in the chain. */
  readonly index: number;
  readonly call: Omit<SpeechToTextOptions, 'onEvent'>;
  /** What happened before: played to the provider first. */
  readonly replay: Replay;
  readonly expectation: Expectation | undefined;
  /** Another stint came before it in this call. */
  readonly isReopened: boolean;
  readonly closeMs: number;
  readonly onEvent: (stint: Stint, event: SpeechEvent) => void;
  readonly onLive: (stint: Stint) => void;
}

/**
 * One provider's stint at hearing a call: its session, caught up by a replay and live from then on. Events come neither
 * from inside a method nor after `close`, whatever the provider does.
 */
export class Stint {
  readonly who: VendorOperation;
  readonly index: number;
  readonly openedAt: number;
  readonly isReopened: boolean;
  /** It works, as far as can be told. */
  isProven = false;
  hasWords = false;
  lastFinal = '';
  readonly #options: StintOptions;
  readonly #session: SpeechToTextSession;
  /** Events that the provider gave from inside a method. */
  readonly #deferred: SpeechEvent[] = [];
  #cancelDeferred: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;
  #liveAt: number | undefined;
  #isInside = true;
  #closing: Promise<void> | undefined;

  constructor(options: StintOptions) {
    const { clock, provider, index, call, expectation } = options;
    this.#options = options;
    this.who = { provider: provider.name, operation: 'stt', callSid: call.callSid };
    this.index = index;
    this.isReopened = options.isReopened;
    this.openedAt = clock.now();
    this.#session = provider.open({ ...call, onEvent: (event) => this.#receive(event) });
    if (expectation) this.#session.expect(expectation);
    this.#isInside = false;
  }

  /** Begins to play what happened before; live at once if there is nothing. */
  start(): void {
    this.#catchUp();
  }

  /** When it had caught up with the call. */
  get liveAt(): number | undefined {
    return this.#liveAt;
  }

  get replayedMs(): number {
    return this.#options.replay.sentBytes / BYTES_PER_MS;
  }

  write(frame: Uint8Array): void {
    if (this.#liveAt === undefined) return;
    this.#isInside = true;
    this.#session.write(frame);
    this.#isInside = false;
  }

  speechEdge(edge: ReplayMark['edge']): void {
    if (this.#liveAt === undefined) {
      this.#options.replay.mark(edge);
      return;
    }
    this.#isInside = true;
    if (edge === 'started') this.#session.speechStarted();
    else this.#session.speechEnded();
    this.#isInside = false;
  }

  expect(expectation: Expectation): void {
    this.#isInside = true;
    this.#session.expect(expectation);
    this.#isInside = false;
  }

  /** Never rejects, and takes `closeMs` at most. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #catchUp(): void {
    const { clock, replay, onLive } = this.#options;
    this.#cancelTick = undefined;
    this.#isInside = true;
    const isDone = replay.step(this.#session, BYTES_PER_TICK);
    this.#isInside = false;
    if (isDone) {
      this.#liveAt = clock.now();
      onLive(this);
    } else {
      this.#cancelTick = clock.at(clock.now(), () => this.#catchUp());
    }
  }

  #receive(event: SpeechEvent): void {
    if (this.#closing) return;
    if (!this.#isInside && this.#deferred.length === 0) {
      this.#options.onEvent(this, event);
      return;
    }
    const { clock } = this.#options;
    this.#deferred.push(event);
    this.#cancelDeferred ??= clock.at(clock.now(), () => this.#deliverDeferred());
  }

  #deliverDeferred(): void {
    this.#cancelDeferred = undefined;
    for (const event of this.#deferred.splice(0)) {
      if (!this.#closing) this.#options.onEvent(this, event);
    }
  }

  #close(): Promise<void> {
    const { clock, closeMs } = this.#options;
    this.#cancelTick?.();
    this.#cancelDeferred?.();
    return new Promise((resolve) => {
      const disarm = clock.at(clock.now() + closeMs, resolve);
      const finish = () => {
        disarm();
        resolve();
      };
      // A session that fails to close is given up, just like one that never does.
      (async () => this.#session.close())().then(finish, finish);
    });
  }
}

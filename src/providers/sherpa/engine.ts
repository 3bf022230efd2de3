import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import type { SpeechToTextOptions } from '../contracts.ts';
import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';
import { SherpaSession } from './session.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export const SHERPA: VendorOperation = { provider: 'sherpa', operation: 'stt' };

/** Our end of the thread, or of anything that serves as one. */
export interface EnginePort {
  on(event: 'message', receive: (message: FromWorker) => void): unknown;
  postMessage(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  /** It keeps the process alive only while there is a session. */
  ref(): void;
  unref(): void;
}

/** 100 ms. */
const BATCH_BYTES = 800;
/** Buffers that wait to be used again; more than that are left to the collector. */
const MAX_SPARE = 64;

/** The sessions of one worker thread. */
export class SherpaEngine {
  readonly #port: EnginePort;
  readonly #clock: Clock;
  readonly #sessions = new Map<number, SherpaSession>();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #opened = 0;

  constructor(port: EnginePort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
    port.on('message', (message) => this.#receive(message));
    port.unref();
  }

  open(onEvent: SpeechToTextOptions['onEvent']): SherpaSession {
    const id = ++this.#opened;
    const session = new SherpaSession({
      id,
      clock: this.#clock,
      onEvent,
      post: (message, transfer = []) => this.#port.postMessage(message, transfer),
      borrow: () => this.#spare.pop() ?? new Uint8Array(BATCH_BYTES),
      onClosed: () => this.#forget(id),
    });
    this.#sessions.set(id, session);
    this.#port.ref();
    return session;
  }

  fail(error: ProviderError): void {
    for (const session of [...this.#sessions.values()]) session.fail(error);
  }

  async close(): Promise<void> {
    for (const session of [...this.#sessions.values()]) await session.close();
  }

  #receive(message: FromWorker): void {
    if (message.type === 'spent') {
      if (this.#spare.length < MAX_SPARE) this.#spare.push(message.mulaw);
      return;
    }
    const session = this.#sessions.get(message.session);
    if (message.type === 'failed') session?.fail(brokenAnswer(SHERPA, message.problem));
    else session?.[message.type](message.text);
  }

  #forget(id: number): void {
    this.#sessions.delete(id);
    if (this.#sessions.size === 0) this.#port.unref();
  }
}

import { Worker } from 'node:worker_threads';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import type { SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { PocketsphinxSession } from './session.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The library leaks about 10 kB with each decoder: after that many calls a thread takes no more, and ends. */
const MAX_SESSIONS = 500;

export interface RecogniserThreadOptions {
  readonly modelFolder: string;
  readonly warn: (message: string) => void;
  /** The thread has ended, by itself or by `close`. */
  readonly onGone: () => void;
}

/** One worker thread and the sessions that it serves. It keeps the process alive only while it has any. */
export class RecogniserThread {
  readonly #options: RecogniserThreadOptions;
  readonly #sessions = new Map<number, PocketsphinxSession>();
  readonly #worker: Worker;
  #opened = 0;
  #isGone = false;

  constructor(options: RecogniserThreadOptions) {
    this.#options = options;
    const workerData = { modelFolder: options.modelFolder };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (cause) => this.#lose(cause));
    this.#worker.on('exit', (status) => this.#lose(new Error(`exit status ${status}`)));
  }

  /** Whether it may open another session. */
  get isFresh(): boolean {
    return !this.#isGone && this.#opened < MAX_SESSIONS;
  }

  open(onEvent: SpeechToTextOptions['onEvent']): SpeechToTextSession {
    const id = ++this.#opened;
    const session = new PocketsphinxSession({
      id,
      post: (message: ToWorker, transfer: readonly ArrayBuffer[] = []) => this.#worker.postMessage(message, transfer),
      onEvent,
      onClosed: () => this.#forget(id),
    });
    this.#sessions.set(id, session);
    this.#worker.ref();
    return session;
  }

  /** Closes every session. Idempotent. */
  async close(): Promise<void> {
    this.#isGone = true;
    for (const session of this.#sessions.values()) await session.close();
    await this.#worker.terminate();
    this.#options.onGone();
  }

  #receive(message: FromWorker): void {
    if (message.type === 'note') return this.#options.warn(`pocketsphinx: ${message.text}`);
    const session = this.#sessions.get(message.session);
    if (message.type === 'failed') session?.fail(sphinxError('provider-failed', message.problem));
    else session?.receive(message.type, message.text);
  }

  #lose(cause: unknown): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.onGone();
    const error = sphinxError('provider-failed', 'the thread died', cause);
    for (const session of [...this.#sessions.values()]) session.fail(error);
  }

  #forget(id: number): void {
    this.#sessions.delete(id);
    if (this.#sessions.size > 0) return;
    this.#worker.unref();
    if (this.#opened >= MAX_SESSIONS) void this.close();
  }
}

export function sphinxError(code: ProviderErrorDetails['code'], message: string, cause?: unknown): ProviderError {
  const retryable = code === 'provider-failed';
  return new ProviderError({ provider: 'pocketsphinx', operation: 'stt', code, retryable }, message, cause);
}

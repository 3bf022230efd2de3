import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/clock.ts';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import type { FliteRequest, FliteResponse, FliteVoice } from './worker-messages.ts';

/** A piece takes 130 ms, the first one half a second with the compilation: by then the thread hangs. */
const PIECE_TIMEOUT_MS = 10_000;

interface Job {
  readonly request: FliteRequest;
  /** Nobody waits for it any more once it is settled; its result is then dropped. */
  readonly settle: (outcome: { readonly audio: Uint8Array } | { readonly error: unknown }) => void;
}

/** Serves the sentences of all calls in order, in one worker thread that is started when first needed. */
export class SynthesisQueue {
  readonly #clock: Clock;
  #waiting: Job[] = [];
  #running: Job | undefined;
  #worker: Worker | undefined;
  #cancelTimeout: () => void = () => {};
  #lastId = 0;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The µ-law of one piece. Rejects with `ProviderError`, or at once with the signal's reason. */
  async speak(piece: { readonly text: string; readonly voice: FliteVoice }, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    if (this.#isClosed) throw fliteError('provider-unavailable', 'is closed');
    return new Promise((resolve, reject) => {
      const job: Job = {
        request: { id: ++this.#lastId, ...piece },
        settle: (outcome) => {
          signal.removeEventListener('abort', abort);
          if ('audio' in outcome) resolve(outcome.audio);
          else reject(outcome.error);
        },
      };
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== job);
        job.settle({ error: signal.reason });
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(job);
      this.#runNext();
    });
  }

  /** Ends the thread; what is still asked for fails. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.settle({ error: fliteError('provider-unavailable', 'was closed') });
    await this.#dropWorker(fliteError('provider-unavailable', 'was closed'));
  }

  #runNext(): void {
    if (this.#running || this.#isClosed) return;
    const job = this.#waiting.shift();
    if (!job) {
      this.#worker?.unref();
      return;
    }
    this.#running = job;
    this.#worker ??= this.#startWorker();
    this.#worker.ref();
    this.#worker.postMessage(job.request);
    this.#cancelTimeout = this.#clock.at(this.#clock.now() + PIECE_TIMEOUT_MS, () => {
      void this.#dropWorker(fliteError('provider-timeout', `took longer than ${PIECE_TIMEOUT_MS} ms`));
    });
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const fail = (cause: unknown) => {
      if (this.#worker === worker) void this.#dropWorker(fliteError('provider-failed', 'the thread died', cause));
    };
    worker.on('message', (response: FliteResponse) => this.#finish(response));
    worker.on('error', fail);
    worker.on('exit', (status) => fail(new Error(`exit status ${status}`)));
    return worker;
  }

  #finish(response: FliteResponse): void {
    const job = this.#running;
    if (job?.request.id !== response.id) return;
    this.#cancelTimeout();
    this.#running = undefined;
    if ('audio' in response) job.settle({ audio: response.audio });
    else job.settle({ error: fliteError('provider-failed', response.problem) });
    this.#runNext();
  }

  /** The next job gets a new thread. */
  async #dropWorker(error: ProviderError): Promise<void> {
    const worker = this.#worker;
    const job = this.#running;
    this.#worker = undefined;
    this.#running = undefined;
    this.#cancelTimeout();
    job?.settle({ error });
    this.#runNext();
    await worker?.terminate();
  }
}

export function fliteError(code: ProviderErrorDetails['code'], message: string, cause?: unknown): ProviderError {
  const retryable = code === 'provider-failed' || code === 'provider-timeout';
  return new ProviderError({ provider: 'flite', operation: 'tts', code, retryable }, message, cause);
}

/**
 * PocketSphinx, a grammar recogniser for English that runs on this machine. It hears only what the grammar allows, so
 * it is as good as the agent's expectations are narrow: https://github.com/cmusphinx/pocketsphinx.
 */
import { Worker } from 'node:worker_threads';
import { ProviderError, type ProviderErrorDetails } from '../../core/errors.ts';
import type { ProviderContext, SpeechToText, SpeechToTextOptions, SpeechToTextSession } from '../contracts.ts';
import { modelFolderOf } from './model.ts';
import { PocketsphinxSession } from './session.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export interface PocketsphinxOptions {
  /** Told once of every word or grammar that cannot be listened for. Node's warnings when left out. */
  readonly warn?: (message: string) => void;
}

/** Makes no thread until the first session. Check `isPocketsphinxAvailable` before. */
export function createPocketsphinx(context: ProviderContext, options: PocketsphinxOptions = {}): SpeechToText {
  const recogniser = new Recogniser(context, options.warn ?? ((message) => process.emitWarning(message)));
  return {
    name: 'pocketsphinx',
    open: (sessionOptions) => recogniser.open(sessionOptions),
    close: () => recogniser.close(),
  };
}

class Recogniser {
  readonly #context: ProviderContext;
  readonly #warn: (message: string) => void;
  readonly #sessions = new Map<number, PocketsphinxSession>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(context: ProviderContext, warn: (message: string) => void) {
    this.#context = context;
    this.#warn = warn;
  }

  open({ language, onEvent }: SpeechToTextOptions): SpeechToTextSession {
    const id = ++this.#lastId;
    const refusal = this.#refusalFor(language);
    const worker = refusal ? undefined : this.#runningWorker();
    const session = new PocketsphinxSession({
      id,
      post: (message: ToWorker, transfer: readonly ArrayBuffer[] = []) => worker?.postMessage(message, transfer),
      onEvent,
      onClosed: () => this.#forget(id),
    });
    this.#sessions.set(id, session);
    const { clock } = this.#context;
    if (refusal) clock.at(clock.now(), () => session.fail(refusal));
    return session;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const session of this.#sessions.values()) await session.close();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #refusalFor(language: string): ProviderError | undefined {
    if (this.#isClosed) return sphinxError('provider-unavailable', 'is closed');
    if (/^en(?:-|$)/i.test(language)) return undefined;
    return sphinxError('provider-misconfigured', `hears English only, the call is in ${language}`);
  }

  #runningWorker(): Worker {
    this.#worker ??= this.#startWorker();
    this.#worker.ref();
    return this.#worker;
  }

  #startWorker(): Worker {
    const workerData = { modelFolder: modelFolderOf(this.#context.env) };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    const fail = (cause: unknown) => this.#lose(worker, cause);
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', fail);
    worker.on('exit', (status) => fail(new Error(`exit status ${status}`)));
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.type === 'note') return this.#warn(`pocketsphinx: ${message.text}`);
    const session = this.#sessions.get(message.session);
    if (message.type === 'failed') session?.fail(sphinxError('provider-failed', message.problem));
    else session?.receive(message.type, message.text);
  }

  /** Every open session fails; the next one gets a new thread. */
  #lose(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = sphinxError('provider-failed', 'the thread died', cause);
    for (const session of [...this.#sessions.values()]) session.fail(error);
  }

  #forget(id: number): void {
    this.#sessions.delete(id);
    if (this.#sessions.size === 0) this.#worker?.unref();
  }
}

function sphinxError(code: ProviderErrorDetails['code'], message: string, cause?: unknown): ProviderError {
  const retryable = code === 'provider-failed';
  return new ProviderError({ provider: 'pocketsphinx', operation: 'stt', code, retryable }, message, cause);
}

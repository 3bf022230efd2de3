import { Worker } from 'node:worker_threads';
import type { Clock } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import { MODEL_KEY, MODEL_REMEDY } from './model-file.ts';
import type { Answer, FromWorker, ToWorker, WorkerData } from './worker-messages.ts';

/** A cold disk is slow, and so is a runtime that looks for the best way through a network. */
const LOAD_MS = 60_000;

export interface ThreadOptions {
  readonly data: WorkerData;
  readonly clock: Clock;
  readonly onAnswer: (answer: Answer) => void;
  /** It ended by itself after it had been ready. */
  readonly onLost: (problem: string) => void;
}

export interface ModelThread {
  /** How long it took to judge one pause. */
  readonly tookMs: number;
  post(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Resolves when the model is loaded and warm; from then on the thread keeps no process alive. Throws `ConfigError`. */
export async function startThread({ data, clock, onAnswer, onLost }: ThreadOptions): Promise<ModelThread> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  // Without the flags of this process: those for what is run by `node --eval` would be refused here.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data, execArgv: [] });
  const refuse = (problem: string, cause?: unknown): void =>
    reject(new ConfigError(MODEL_KEY, `the model ${data.file} cannot be used: ${problem}`, MODEL_REMEDY, cause));
  let [problem, isClosed, isReady] = ['', false, false];
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') resolve(message.tookMs);
    else if (message.type === 'refused') refuse(message.problem);
    else onAnswer(message);
  });
  worker.on('error', (error) => {
    problem = String(error);
  });
  worker.on('exit', (status) => {
    const end = `its thread ended: ${problem || `exit status ${status}`}`;
    if (!isReady) refuse(end);
    else if (!isClosed) onLost(end);
  });
  const disarm = clock.at(clock.now() + LOAD_MS, () => refuse(`it takes over ${LOAD_MS / 1000} s to load`));
  const close = async (): Promise<void> => {
    isClosed = true;
    await worker.terminate();
  };
  try {
    const tookMs = await promise;
    isReady = true;
    worker.unref();
    return { tookMs, close, post: (message, transfer) => worker.postMessage(message, transfer) };
  } catch (error) {
    await close();
    throw error;
  } finally {
    disarm();
  }
}

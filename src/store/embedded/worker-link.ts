import { Worker } from 'node:worker_threads';
import { unavailable } from '../failures.ts';
import type { WorkerProblem, WorkerRequest, WorkerResponse, WorkerResult, WorkerSettings } from './worker-messages.ts';

type Body<R> = R extends WorkerRequest ? Omit<R, 'id'> : never;
export type RequestBody = Body<WorkerRequest>;

interface Waiting {
  readonly resolve: (response: WorkerResponse) => void;
  readonly reject: (error: Error) => void;
}

/** One thread with one database. Answers come in the order of the questions. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #problem: Error | undefined;
  onNotification: (channel: string, payload: string) => void = () => {};
  /** Told once, when the thread has ended for whatever reason. */
  onGone: (problem: Error) => void = () => {};
  /** Resolves when the database is open. */
  readonly opened: Promise<void>;

  constructor(settings: WorkerSettings) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings });
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    });
    this.opened.catch(() => {}); // whoever opens it waits for it
    this.#worker.on('message', (response: WorkerResponse) => this.#receive(response));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (status) => {
        this.#fail(new Error(`the thread ended with status ${status}`));
        resolve();
      });
    });
  }

  async run(body: RequestBody): Promise<WorkerResult> {
    const response = await this.#ask(body);
    return response.type === 'result' ? response.result : { rows: [], affected: 0, command: '' };
  }

  async dump(): Promise<Uint8Array> {
    const response = await this.#ask({ type: 'dump' });
    if (response.type !== 'dumped') throw unavailable('the embedded database gave no copy of itself');
    return response.tar;
  }

  /** Lets the database close its files. */
  async close(): Promise<void> {
    await this.run({ type: 'close' });
    await this.#ended;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(body: RequestBody): Promise<WorkerResponse> {
    const problem = this.#problem;
    if (problem) return Promise.reject(unavailable(problem.message, problem));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...body, id });
    });
  }

  #receive(response: WorkerResponse): void {
    if (response.type === 'notification') return this.onNotification(response.channel, response.payload);
    const id = 'id' in response ? response.id : 0;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (response.type === 'error' || response.type === 'failed') waiting?.reject(errorOf(response.problem));
    else waiting?.resolve(response);
  }

  #fail(problem: Error): void {
    if (this.#problem) return;
    this.#problem = problem;
    for (const { reject } of this.#waiting.values()) reject(unavailable(problem.message, problem));
    this.#waiting.clear();
    this.onGone(problem);
  }
}

function errorOf({ message, ...fields }: WorkerProblem): Error {
  return Object.assign(new Error(message), fields);
}

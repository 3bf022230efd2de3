/**
 * `kav serve --workers N`: processes that share one port. The primary hands new connections round, starts workers again
 * that die, and knows nothing of calls; a call's socket stays with the worker that took it, which is a node of its own.
 */
import nodeCluster, { type Worker } from 'node:cluster';
import { hostname } from 'node:os';
import { ConfigError } from '../core/errors.ts';
import { parseEnvironment } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { environmentOf, processSignals, type ServeOptions, type StopSignals, serveUntil } from './serve.ts';
import { answerMetrics } from './worker-metrics.ts';

/** From the primary to a worker. */
const END = 'end';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A worker that lived for so long did not die of what killed it last time. */
const HEALTHY_MS = 60_000;

/** In the primary: runs the workers until they have all ended. In a worker: serves. */
export async function serveWithWorkers(options: ServeOptions, count: number): Promise<ExitCode> {
  if (nodeCluster.worker) return serveAsWorker(nodeCluster.worker, options);
  const environment = parseEnvironment(environmentOf(options));
  if (environment.DATABASE_URL === undefined) {
    throw new ConfigError(
      'DATABASE_URL',
      'several workers need a PostgreSQL database to share',
      'Set it to postgres://…, or start without --workers',
    );
  }
  const signals = processSignals();
  const crew = new Crew(environment.KAV_NODE ?? hostname(), count);
  void signals.first.then(() => {
    console.error('Draining: no new calls; the running ones may finish. Press Ctrl-C to end them now.');
    crew.drain();
  });
  void signals.second.then(() => crew.end());
  const code = await crew.ended;
  signals.forget();
  return code;
}

async function serveAsWorker(worker: Worker, options: ServeOptions): Promise<ExitCode> {
  const stopped = messagesOf(worker);
  try {
    return await serveUntil(options, { stopped, isSilent: worker.id > 1 });
  } finally {
    stopped.forget();
    worker.disconnect(); // it would keep the process alive
  }
}

/**
 * SIGTERM drains, however often it comes, and the primary's word ends what is left. A terminal sends Ctrl-C to all of a
 * process group, and some supervisors send SIGTERM to all of a service: neither must count as the second word.
 */
function messagesOf(worker: Worker): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const onMessage = (message: unknown): void => {
    if (message === END) second.resolve();
  };
  const onTerm = (): void => first.resolve();
  const onInterrupt = (): void => {};
  worker.on('message', onMessage);
  process.on('SIGTERM', onTerm).on('SIGINT', onInterrupt);
  const forget = (): void => {
    worker.off('message', onMessage);
    process.off('SIGTERM', onTerm).off('SIGINT', onInterrupt);
  };
  return { first: first.promise, second: second.promise, forget };
}

interface Post {
  readonly node: string;
  worker: Worker | undefined;
  startedAt: number;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** The workers, each in its place. */
class Crew {
  readonly #posts: readonly Post[];
  readonly #ended = Promise.withResolvers<ExitCode>();
  #isStopping = false;
  #hasListened = false;
  #code: ExitCode = EXIT.ok;

  constructor(name: string, count: number) {
    this.#posts = Array.from({ length: count }, (_, i) => ({
      node: `${name}-${i + 1}`,
      worker: undefined,
      startedAt: 0,
      failures: 0,
      timer: undefined,
    }));
    for (const post of this.#posts) this.#start(post);
  }

  /** Resolves when no worker is left and none will be started. */
  get ended(): Promise<ExitCode> {
    return this.#ended.promise;
  }

  /** A worker that has not come to its handlers yet has no calls either, and dies of the signal. */
  drain(): void {
    this.#isStopping = true;
    for (const { timer, worker } of this.#posts) {
      clearTimeout(timer);
      worker?.process.kill('SIGTERM');
    }
    this.#check();
  }

  end(): void {
    for (const { worker } of this.#posts) if (worker?.isConnected()) worker.send(END);
    this.drain();
  }

  #start(post: Post): void {
    const worker = nodeCluster.fork({ KAV_NODE: post.node });
    post.worker = worker;
    post.startedAt = performance.now();
    console.error(`kav: worker ${post.node} is process ${worker.process.pid}`);
    // Whatever else a worker listens on says nothing of the port.
    worker.on('listening', ({ addressType }) => {
      this.#hasListened ||= addressType === 4 || addressType === 6;
    });
    worker.on('error', (error) => console.error(`kav: worker ${post.node}: ${error.message}`));
    worker.on('exit', (code, signal) => this.#onExit(post, code, signal));
    answerMetrics(worker, () => this.#posts.flatMap((each) => each.worker ?? []));
  }

  #onExit(post: Post, code: number, signal: string): void {
    post.worker = undefined;
    if (this.#isStopping) return this.#check();
    // What a first worker does not find, the next one would not find either.
    if (!this.#hasListened && !signal) {
      this.#code = code as ExitCode;
      return this.end();
    }
    post.failures = performance.now() - post.startedAt >= HEALTHY_MS ? 0 : post.failures + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** post.failures);
    console.error(`kav: worker ${post.node} has ended (${signal || code}); the next starts in ${pauseMs} ms`);
    post.timer = setTimeout(() => this.#start(post), pauseMs);
  }

  #check(): void {
    if (this.#isStopping && this.#posts.every(({ worker }) => worker === undefined)) this.#ended.resolve(this.#code);
  }
}

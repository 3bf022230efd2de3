/** One life of a server process, from its start to its end by SIGKILL. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { POINT_WORD, type Point } from './points.ts';
import type { ServerWord } from './server.ts';

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const HERE = import.meta.dirname;
const SERVER = path.join(HERE, 'server.ts');
const MAIN = path.join(HERE, '../../src/cli/main.js');
const START_MS = 60_000;

export interface ReignOptions {
  readonly dataDir: string;
  readonly effectsFile: string;
  readonly databaseUrl?: string;
  /** The process kills itself there, the n-th time. */
  readonly point?: Point;
  readonly nth?: number;
  /** `kav serve --workers` with so many processes. */
  readonly workers?: number;
  readonly log: (line: string) => void;
}

export class Reign {
  readonly #child: ChildProcess;
  readonly #url = Promise.withResolvers<string>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #stored = Promise.withResolvers<void>();
  readonly #ended: Promise<unknown>;
  readonly #workers = new Map<string, number>();
  #output = '';
  #isOver = false;

  constructor(options: ReignOptions) {
    const { workers } = options;
    const [file, ...args] = workers === undefined ? [SERVER] : [MAIN, 'serve', '--workers', String(workers)];
    this.#child = fork(file, args, {
      env: environmentOf(options),
      execArgv: ['--import', path.join(HERE, 'preload.ts')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (bytes: Buffer): void => {
      this.#output = (this.#output + bytes).slice(-20_000);
      if (workers !== undefined) this.#readTerminal();
    };
    this.#child.stdout!.on('data', keep);
    this.#child.stderr!.on('data', keep);
    this.#child.on('message', (word: ServerWord) => {
      if (word.url) this.#url.resolve(word.url);
      if (word.ready) this.#ready.resolve();
      if (word.stored) this.#stored.resolve();
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#isOver = true;
      const error = new Error(`the server ended (${signal ?? code}): ${this.#output.slice(-2_000)}`);
      this.#url.reject(error);
      this.#ready.reject(error);
      this.#stored.reject(error);
      if (signal !== 'SIGKILL') options.log(`unexpected end: ${error.message}`);
    });
    this.#url.promise.catch(() => {});
    this.#ready.promise.catch(() => {});
    this.#stored.promise.catch(() => {});
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects when the process ends before. */
  get url(): Promise<string> {
    return this.#url.promise;
  }

  get ready(): Promise<void> {
    return within(this.#ready.promise, START_MS, () => `no start within ${START_MS} ms: ${this.#output}`);
  }

  /** Facts go into the store from then on. */
  get stored(): Promise<void> {
    return within(this.#stored.promise, START_MS, () => `no store within ${START_MS} ms: ${this.#output}`);
  }

  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** The point at which the process killed itself. */
  get point(): Point | undefined {
    return new RegExp(`^${POINT_WORD} (\\S+)$`, 'm').exec(this.#output)?.[1] as Point | undefined;
  }

  async kill(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#ended; // of the workers too: they have the same outputs
  }

  /** One of the workers; another takes its place. False when none is known to run. */
  killWorker(random: number): boolean {
    const pids = [...this.#workers.values()];
    const pid = pids[Math.floor(random * pids.length)];
    return pid !== undefined && isKilled(pid);
  }

  /** With workers the primary says on its terminal what `server.ts` tells by message. */
  #readTerminal(): void {
    for (const [, node, pid] of this.#output.matchAll(/worker (\S+) is process (\d+)/g)) {
      this.#workers.set(node!, Number(pid));
    }
    const url = / answers at (http:\/\/[\d.]+:\d+)/.exec(this.#output)?.[1];
    if (url === undefined) return;
    this.#url.resolve(url);
    this.#ready.resolve();
  }
}

function environmentOf({ dataDir, databaseUrl, effectsFile, nth = 1, point }: ReignOptions): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return {
    PATH,
    HOME,
    NODE_COMPILE_CACHE: path.join(dataDir, '..', 'compile-cache'),
    HOST: '127.0.0.1',
    PORT: '0',
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    KAV_AGENT: path.join(HERE, 'agent.ts'),
    KAV_DATA_DIR: dataDir,
    KAV_NODE: 'torture',
    KAV_VAD: 'rms',
    KAV_ENDPOINTING: 'fixed',
    EOU_MS: '150',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    TORTURE_EFFECTS: effectsFile,
    TORTURE_NTH: String(nth),
    ...(point === undefined ? {} : { TORTURE_POINT: point }),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it has ended by itself, as it may after its database
  }
}

async function within<T>(promise: Promise<T>, ms: number, problem: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(problem())), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

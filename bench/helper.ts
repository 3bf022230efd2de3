/** A process beside the server that a benchmark measures: told what to do by messages, each of which it answers once. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { CallersReport, Jitter } from './callers.ts';

export interface Helper<Answer> {
  /** Rejects when the process is gone. */
  ask(message: object): Promise<Answer>;
  /** Ends it. */
  close(): void;
}

export interface CallersAnswer {
  readonly window?: Jitter;
  readonly report?: CallersReport;
}

/** Where the callers collect garbage they stand still, and measure their own pauses as the server's jitter. */
const CALM_MEMORY = ['--max-semi-space-size=64', '--initial-heap-size=1024', '--no-parallel-scavenge'];

export const startCallers = (): Helper<CallersAnswer> => startHelper('callers.ts', CALM_MEMORY);

/** `file` is one of this folder's. */
export function startHelper<Answer>(file: string, execArgv: string[] = []): Helper<Answer> {
  const child = fork(new URL(file, import.meta.url), { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const gone = once(child, 'exit').then(() => Promise.reject(new Error(`${file} is gone`)));
  gone.catch(() => {});
  return {
    ask: async (message) => {
      child.send(message);
      const [answer] = (await Promise.race([once(child, 'message'), gone])) as [Answer];
      return answer;
    },
    close: () => child.disconnect(),
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NODE = path.join(ROOT, 'node_modules/.bin/node');
const START_MS = 90_000;

export interface RunningKav {
  readonly url: string;
  /** The one-time link that the terminal shows. */
  readonly setupLink: string;
  /** Calls it as Twilio would, with a caller made of audio. */
  call(options: { readonly scenario: string; readonly from: string }): Promise<void>;
  close(): Promise<void>;
}

/** `kav serve` on a folder of its own with the embedded database, and an agent that records. */
export async function startKav(): Promise<RunningKav> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kav-e2e-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    KAV_DATA_DIR: folder,
    KAV_AGENT: path.join(import.meta.dirname, 'desk.ts'),
    KAV_RECORDING_KEY: randomBytes(32).toString('base64'),
    PORT: '0',
  };
  const server = spawn(NODE, ['src/cli/main.js', 'serve'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  // A run that is broken off leaves no server behind.
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  const said = outputOf(server);
  const url = (await said.find(/answers at (http:\S+):/, START_MS))[1]!;
  const setupLink = (await said.find(/(http:\S+\/setup#token=\S+)/, START_MS))[1]!;
  const callers = new Set<ChildProcess>();
  return {
    url,
    setupLink,
    call: ({ from, scenario }) => {
      const args = ['src/cli/main.js', 'call', url, '--scenario', scenario, '--from', from, '--out', folder];
      const caller = spawn(NODE, args, { cwd: ROOT, env, stdio: 'ignore' });
      callers.add(caller);
      return ended(caller);
    },
    close: async () => {
      for (const caller of callers) caller.kill('SIGKILL');
      server.kill('SIGINT');
      server.kill('SIGINT');
      await ended(server);
      process.off('exit', kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function outputOf(child: ChildProcess): { find(pattern: RegExp, withinMs: number): Promise<RegExpExecArray> } {
  let text = '';
  const waiting = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    for (const look of waiting) look();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return {
    find: (pattern, withinMs) =>
      new Promise((resolve, reject) => {
        const give = (found: RegExpExecArray): void => {
          waiting.delete(look);
          clearTimeout(timer);
          resolve(found);
        };
        const look = (): void => {
          const found = pattern.exec(text);
          if (found) give(found);
        };
        const timer = setTimeout(() => reject(new Error(`the server never said ${pattern}:\n${text}`)), withinMs);
        waiting.add(look);
        look();
      }),
  };
}

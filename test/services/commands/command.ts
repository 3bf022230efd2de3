/** A command of Kav's as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const main = new URL('../../../src/cli/main.js', import.meta.url).pathname;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runKav(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const { NODE_OPTIONS: _, VITEST: __, ...ambient } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...ambient, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, stdout, stderr };
}

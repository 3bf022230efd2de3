/** Kills PostgreSQL's own processes, found by their parent and by the name that they give themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import type { TestPostgres } from '../services/postgres.ts';

export const POSTGRES_FAULTS = [
  'postgres-backend',
  'postgres-walwriter',
  'postgres-checkpointer',
  'postgres-postmaster',
  'postgres-all',
] as const;

export type PostgresFault = (typeof POSTGRES_FAULTS)[number];

const START_MS = 60_000;

/** Whether there was anything to kill. The server is there again afterwards, or recovers by itself. */
export async function strikePostgres(postgres: TestPostgres, fault: PostgresFault): Promise<boolean> {
  if (fault === 'postgres-all') {
    await postgres.kill();
    await startAgain(postgres);
    return true;
  }
  const { pid } = postgres;
  if (fault === 'postgres-postmaster') {
    const children = childrenOf(pid);
    await postgres.kill('SIGKILL');
    await gone(children.map(({ pid }) => pid));
    await startAgain(postgres);
    return true;
  }
  const wanted =
    fault === 'postgres-backend' ? /^postgres: kav .*127\.0\.0\.1/ : new RegExp(fault.replace('postgres-', ''));
  const victim = childrenOf(pid).find(({ title }) => wanted.test(title));
  if (!victim) return false;
  process.kill(victim.pid, 'SIGKILL');
  return true;
}

interface Child {
  readonly pid: number;
  readonly title: string;
}

function childrenOf(parent: number): readonly Child[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const status = read(`/proc/${name}/status`);
      if (!status.includes(`PPid:\t${parent}\n`)) return [];
      return [{ pid: Number(name), title: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim() }];
    });
}

/** Empty for a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Orphans hold the shared memory for as long as they have not noticed. */
async function gone(pids: readonly number[]): Promise<void> {
  for (const until = performance.now() + START_MS; performance.now() < until; ) {
    if (pids.every((pid) => read(`/proc/${pid}/status`) === '' || isZombie(pid))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isZombie = (pid: number): boolean => /State:\s+Z/.test(read(`/proc/${pid}/status`));

async function startAgain(postgres: TestPostgres): Promise<void> {
  for (const until = performance.now() + START_MS; ; ) {
    try {
      return await postgres.start();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Usage {
  /** User and system time since the process began. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Linux counts in ticks of 10 ms (proc(5), stat fields 14 and 15; `getconf CLK_TCK` is 100). */
const TICK_MS = 10;

/** What another process has used, read from the kernel: it need not cooperate. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rssKb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rssMb: Number(rssKb) / 1024 };
}

/** The time that all threads of a process have run, to the nanosecond (schedstat of each task, first field). */
export function processorMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce((sum, task) => {
    const [ns] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(ns) / 1e6;
  }, 0);
}

/** A process that has used less than a tenth of a core for so long is at rest. */
export const REST_MS = 2_000;
const REST_SHARE = 0.1;

/** Resolves when the process is at rest, to what it had used by then. `until`: by `performance.now()`. */
export async function restOf(pid: number, until: number): Promise<Usage> {
  for (let before = usageOf(pid); ; ) {
    await sleep(REST_MS);
    const after = usageOf(pid);
    if (after.cpuMs - before.cpuMs < REST_SHARE * REST_MS) return after;
    if (performance.now() > until) throw new Error('the server does not come to rest');
    before = after;
  }
}

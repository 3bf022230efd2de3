import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const LOWEST = 19;

/**
 * Has the system prefer the process's other threads to the one that calls, by so many steps of niceness. On Linux a niceness
 * belongs to a thread (setpriority(2), "C library/kernel differences"), and `/proc/thread-self` tells its id. Elsewhere it
 * would be the process's, so that nothing happens.
 */
export function yieldToOtherThreads(steps: number): void {
  if (process.platform !== 'linux' || isMainThread) return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, Math.min(LOWEST, getPriority(thread) + steps));
  } catch {
    // A container without /proc, or one that forbids it: it works as well, a little less politely.
  }
}

import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/**
 * Has the system prefer every other thread to the one that calls: on Linux a niceness belongs to a thread (setpriority(2),
 * "C library/kernel differences"), and `/proc/thread-self` tells its id. Elsewhere it would be the process's, so that nothing
 * happens.
 */
export function yieldToOtherThreads(niceness: number): void {
  if (process.platform !== 'linux' || isMainThread) return;
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), niceness);
  } catch {
    // A container without /proc, or one that forbids it: it works as well, a little less politely.
  }
}

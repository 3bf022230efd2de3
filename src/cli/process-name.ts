/** Names a process so that another on the same machine can tell whether it is dead. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** Process ids mean something only within it: each container has its own. */
const PID_NAMESPACE = '/proc/self/ns/pid';

export function nameProcess(): string {
  return `${machine()} ${process.pid}`;
}

/** False for a process elsewhere, of which nothing can be known. */
export function isProcessGone(name: string): boolean {
  const [, where = '', id = ''] = /^(.+) (\d+)$/.exec(name) ?? [];
  if (where !== machine()) return false;
  const pid = Number(id);
  // It cannot live beside us under our own id: it was before us.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function machine(): string {
  try {
    return `${readFileSync(BOOT_ID, 'utf8').trim()} ${readlinkSync(PID_NAMESPACE)}`;
  } catch {
    return hostname();
  }
}

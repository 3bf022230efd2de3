/**
 * A lock that the death of its holder releases, SIGKILL included: SQLite's lock on an empty database, which is the
 * system's own lock on a range of the file. A file that merely exists would outlive its maker, and a process id in it may
 * by now be somebody else's, or of another container's counting.
 */
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { type DiskLock, faultCode } from './disk.ts';

const SQLITE_BUSY = 5;

export async function lockFile(file: string): Promise<DiskLock | undefined> {
  await makeFile(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/**
 * SQLite would make the file readable by all. One that is there must not be opened: POSIX drops a process's locks on a
 * file as soon as any of its descriptors of that file is closed (fcntl(2)).
 */
async function makeFile(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (error) {
    if (faultCode(error) !== 'EEXIST') throw error;
  }
}

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../../core/errors.ts';

const SQLITE_BUSY = 5;

/** Whether another process, or this one, has a folder. */
export function isFolderLocked(folder: string): boolean {
  if (!existsSync(path.join(folder, 'lock'))) return false;
  try {
    lockFolder(folder)();
    return false;
  } catch (error) {
    if (error instanceof ConfigError) return true;
    throw error;
  }
}

/**
 * Keeps a folder for one process. The lock is SQLite's on a small file, which the operating system releases when the
 * process ends, however it ends; a file with a process id in it would have to be judged. Throws `ConfigError` when
 * another process has it. Returns its release.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path.join(folder, 'lock'));
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error;
    throw new ConfigError(
      'KAV_DATA_DIR',
      `another Kav process uses the embedded database in ${folder}`,
      'Stop it, choose another folder, or set DATABASE_URL: several processes need PostgreSQL',
      error,
    );
  }
  return () => {
    if (database.isOpen) database.close();
  };
}

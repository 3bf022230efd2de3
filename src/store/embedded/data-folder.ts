/** The folder of the embedded database: whether it can be trusted, and where it goes when not. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import path from 'node:path';

const IN_USE = 'in-use';
const UNFINISHED = 'unfinished';
const BROKEN = 'data.broken-';
const ROOM_BYTES = 2 ** 20;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export interface DataFolder {
  /** PGlite's own folder. */
  readonly data: string;
  readonly isNew: boolean;
  /** Without its mark PGlite takes a folder for empty, and writes a new database over what is there. */
  readonly isBeheaded: boolean;
  /** The machine has been started anew since the folder was last in use, and it was not closed: a power cut. */
  readonly isSuspect: boolean;
}

export function inspectFolder(folder: string): DataFolder {
  const data = path.join(folder, 'data');
  const marker = path.join(folder, IN_USE);
  const isNew = !existsSync(data) || readdirSync(data).length === 0;
  return {
    data,
    isNew,
    isBeheaded: !isNew && !existsSync(path.join(data, 'PG_VERSION')),
    isSuspect: existsSync(marker) && readFileSync(marker, 'utf8') !== bootId(),
  };
}

export function markInUse(folder: string): void {
  writeFileSync(path.join(folder, IN_USE), bootId());
}

/** Only after everything is on the disk. */
export function markClosed(folder: string): void {
  rmSync(path.join(folder, IN_USE), { force: true });
}

/** Until a new database has been opened once, its folder holds nothing of anybody's. */
export function markUnfinished(folder: string): void {
  writeFileSync(path.join(folder, UNFINISHED), '');
}

export function markFinished(folder: string): void {
  rmSync(path.join(folder, UNFINISHED));
}

/** What a process left that ended in the middle of making a new database. */
export function removeUnfinished(folder: string): void {
  if (!existsSync(path.join(folder, UNFINISHED))) return;
  rmSync(path.join(folder, 'data'), { recursive: true, force: true });
  markFinished(folder);
}

/** Throws when the disk takes nothing more, which is no fault of the database on it. */
export function ensureRoom(folder: string): void {
  const file = path.join(folder, 'room');
  writeFileSync(file, Buffer.alloc(ROOM_BYTES), { flush: true });
  rmSync(file);
}

/** Not deleted: what could not be opened may still be of use to somebody. Returns where it is now. */
export function moveAside(folder: string): string {
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const target = path.join(folder, `${BROKEN}${stamp}`);
  renameSync(path.join(folder, 'data'), target);
  return target;
}

/** What was put aside holds what has been erased elsewhere. Returns how many there were. */
export function removeBroken(folder: string): number {
  const names = readdirSync(folder).filter((name) => name.startsWith(BROKEN));
  for (const name of names) rmSync(path.join(folder, name), { recursive: true });
  return names.length;
}

/** Where durable copies of the database are. */
export const snapshotsIn = (folder: string): string => path.join(folder, 'snapshots');

/** Names this start of the machine. A process that dies takes nothing that it wrote with it; a machine does. */
function bootId(): string {
  if (existsSync(BOOT_ID)) return readFileSync(BOOT_ID, 'utf8').trim();
  return `since ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
}

/**
 * What the ledger asks of a disk. The real one and the simulated one pass the suite in `conformance/disk.ts`. Nothing is
 * durable until it is synced: a file's bytes by its `sync`, the names in a folder by `syncFolder`. Faults reject with the
 * system's own codes (`ENOSPC`, `EIO`, `ENOENT`, `EEXIST`).
 */
export interface Disk {
  /** Makes the folder and its parents, for their owner only, and their names durable. Nothing happens if it is there. */
  createFolder(folder: string): Promise<void>;
  /** The names in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
  /** The bytes from `from` up to, not including, `to`; fewer if the file is shorter. */
  read(file: string, from?: number, to?: number): Promise<Buffer>;
  /** How long the file is; nothing if it does not exist. */
  size(file: string): Promise<number | undefined>;
  /** Makes a new file, for its owner only; `EEXIST` if there is one. */
  create(file: string): Promise<DiskFile>;
  /** Opens a file to be written to, and makes it if it does not exist. */
  open(file: string): Promise<DiskFile>;
  /** Replaces what `to` names, in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(folder: string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
  /**
   * Takes the lock that a file stands for, or nothing if another holder has it, in this process or another. The death of
   * its process releases it. The file is made if need be and stays: a lock on a file that was removed guards nothing.
   */
  lock(file: string): Promise<DiskLock | undefined>;
}

export interface DiskFile {
  /** Writes all of the bytes at that place. After a fault, any part of them may be there. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when everything written so far is on the platter, with the file's length. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskLock {
  release(): void;
}

/** The system's code of a disk's fault. */
export function faultCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export async function removeIfThere(disk: Disk, file: string): Promise<void> {
  try {
    await disk.remove(file);
  } catch (error) {
    if (faultCode(error) !== 'ENOENT') throw error;
  }
}

/** The machine's disk. */
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Disk, type DiskFile, faultCode } from './disk.ts';
import { lockFile } from './file-lock.ts';

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

export const realDisk: Disk = {
  async createFolder(folder) {
    const first = await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    if (first === undefined) return;
    for (let made = path.resolve(folder); made.startsWith(path.resolve(first)); made = path.dirname(made)) {
      await syncFolder(path.dirname(made));
    }
  },
  async list(folder) {
    return (await readdir(folder)).sort();
  },
  async read(file, from = 0, to = Number.POSITIVE_INFINITY) {
    const handle = await open(file, 'r');
    try {
      return await readBetween(handle, from, Math.min(to, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  },
  async size(file) {
    try {
      return (await stat(file)).size;
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  create: async (file) => new RealFile(await open(file, 'wx', OWNER_ONLY)),
  async open(file) {
    try {
      return new RealFile(await open(file, 'r+'));
    } catch (error) {
      if (faultCode(error) !== 'ENOENT') throw error;
      return new RealFile(await open(file, 'wx', OWNER_ONLY));
    }
  },
  rename: (from, to) => rename(from, to),
  remove: (file) => rm(file),
  removeFolder: (folder) => rmdir(folder),
  syncFolder,
  lock: lockFile,
};

class RealFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  /** On macOS, libuv asks with F_FULLFSYNC, so that the drive's own cache is emptied too. */
  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function readBetween(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder; NTFS journals names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

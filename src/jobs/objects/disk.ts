/** Objects as files of one folder, readable by their owner only. */
import { createReadStream } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type ObjectKey, type ObjectStore, parseObjectKey } from './object-store.ts';

/** Beside the objects, so that a finished file is renamed within one file system. */
const PART_SUFFIX = '.part';

export function createDiskObjects(folder: string): ObjectStore {
  const root = path.resolve(folder);
  const fileOf = (key: ObjectKey): string => path.join(root, key);
  return {
    name: 'disk',
    async put(key, file, _about, signal) {
      signal.throwIfAborted();
      const target = fileOf(key);
      await makeFolder(root, path.dirname(target));
      const part = `${target}${PART_SUFFIX}`;
      await takeOver(file, part);
      await sync(part, 'r+');
      await rename(part, target);
      await sync(path.dirname(target), 'r');
    },
    async read(key, range) {
      const handle = await openExisting(fileOf(key));
      return handle && streamOf(handle, range);
    },
    async size(key) {
      return (await ignoreMissing(stat(fileOf(key))))?.size;
    },
    async *list(prefix) {
      const names = await ignoreMissing(readdir(path.join(root, prefix), { recursive: true, withFileTypes: true }));
      for (const entry of names ?? []) {
        const key = parseObjectKey(path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
        if (entry.isFile() && key !== undefined && !key.endsWith(PART_SUFFIX)) yield key;
      }
    },
    async remove(key) {
      const target = fileOf(key);
      await rm(`${target}${PART_SUFFIX}`, { force: true });
      const wasThere = (await ignoreMissing(stat(target))) !== undefined;
      await rm(target, { force: true });
      if (wasThere) await sync(path.dirname(target), 'r');
      return wasThere;
    },
    close: async () => {},
  };
}

/** Makes the folders on the way, and has each new one's entry on the disk too. */
async function makeFolder(root: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length && made.length >= root.length; made = path.dirname(made)) {
    await sync(path.dirname(made), 'r');
  }
}

/** Renames; copies where the file lies on another file system. */
async function takeOver(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}

async function sync(file: string, mode: 'r' | 'r+'): Promise<void> {
  const handle = await open(file, mode);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const openExisting = (file: string): Promise<FileHandle | undefined> => ignoreMissing(open(file, 'r'));

/** The stream owns the handle. */
function streamOf(handle: FileHandle, range: { readonly from: number; readonly to: number } | undefined): Readable {
  return createReadStream('', { fd: handle, ...(range ? { start: range.from, end: range.to } : {}) });
}

async function ignoreMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

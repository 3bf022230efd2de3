import { type FileHandle, mkdir, open, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { PeerProtocolError } from '../core/errors.ts';
import { codeOf } from './code-of.ts';
import { PART_SUFFIX } from './layout.ts';
import type { ClosedSegment, Disk } from './segment-writer.ts';

/** Folders that are known to be on the disk; forgotten now and then, for it is only a saving. */
const MOST_KNOWN = 1_000;

/**
 * Files below the folder of recordings, for the owner's eyes alone. Each is written under a temporary name, synced, renamed, and then its
 * folder is synced: a power cut leaves the whole file or none.
 */
export function createDisk(recordings: string): Disk {
  const root = path.resolve(recordings);
  const known = new Set<string>();

  async function folderOf(relative: string): Promise<string> {
    const folder = path.join(root, relative);
    if (known.has(folder)) return folder;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A link somewhere below would lead the recordings out of their folder.
    if ((await realpath(folder)) !== path.join(await realpath(root), relative)) {
      throw new PeerProtocolError('recording-name-invalid', `${relative} is a link that leads elsewhere`);
    }
    for (
      let parent = path.dirname(folder);
      parent !== path.dirname(path.dirname(root));
      parent = path.dirname(parent)
    ) {
      await syncFolder(parent);
    }
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(folder);
    return folder;
  }

  async function openPart(relative: string, name: string): Promise<FileHandle> {
    const openIn = (folder: string): Promise<FileHandle> => open(path.join(folder, name + PART_SUFFIX), 'w', 0o600);
    const folder = await folderOf(relative);
    try {
      return await openIn(folder);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Erased since it was made.
      known.delete(folder);
      return openIn(await folderOf(relative));
    }
  }

  return {
    store: async ({ bytes, folder: relative, name }: ClosedSegment) => {
      await writeWhole(await openPart(relative, name), bytes);
      const file = path.join(root, relative, name);
      await rename(file + PART_SUFFIX, file);
      await syncFolder(path.dirname(file));
    },
  };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names in a folder, and their absence, outlive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows neither opens a folder as a file nor needs it: NTFS journals names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

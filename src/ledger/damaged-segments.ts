/** Segments that lost facts to a bad disk. What can be read of them is in the store; the rest is for a person to see. */
import path from 'node:path';
import { type Disk, faultCode, removeIfThere } from './disk/disk.ts';
import { ledgersIn } from './refused-facts.ts';
import { asideOf } from './segments/segment.ts';

const SUFFIX = asideOf('.log');

/** Removes those of all ledgers in `root` of which the bytes say that they go; resolves with their number. */
export async function removeDamaged(disk: Disk, root: string, goes: (bytes: Buffer) => boolean): Promise<number> {
  let gone = 0;
  for (const ledger of await ledgersIn(disk, root)) {
    const folder = path.join(root, ledger);
    const names = (await listIfThere(disk, folder)).filter((name) => name.endsWith(SUFFIX));
    let isChanged = false;
    for (const name of names) {
      if (!goes(await disk.read(path.join(folder, name)))) continue;
      await removeIfThere(disk, path.join(folder, name));
      isChanged = true;
      gone++;
    }
    if (isChanged) await disk.syncFolder(folder);
  }
  return gone;
}

/** A ledger that is drained goes at any moment. */
async function listIfThere(disk: Disk, folder: string): Promise<readonly string[]> {
  try {
    return await disk.list(folder);
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Their names, with the folder of the ledger. */
export async function listDamaged(disk: Disk, root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const ledger of await ledgersIn(disk, root)) {
    const names = (await listIfThere(disk, path.join(root, ledger))).filter((name) => name.endsWith(SUFFIX));
    found.push(...names.map((name) => `${ledger}/${name}`));
  }
  return found;
}

/** How far the facts have been applied, in a file of its own. To lose it means to apply facts again, which is harmless. */
import path from 'node:path';
import { LedgerError } from '../../core/errors.ts';
import { type Disk, removeIfThere } from '../disk/disk.ts';

const NAME = 'cursor.json';

/** The last sequence that has been applied; nothing if that is not known. */
export async function loadCursor(
  disk: Disk,
  folder: string,
  onError: (error: LedgerError) => void,
): Promise<number | undefined> {
  const file = path.join(folder, NAME);
  if ((await disk.size(file)) === undefined) return undefined;
  const applied = parseCursor((await disk.read(file)).toString('utf8'));
  if (applied === undefined)
    onError(new LedgerError('ledger-damaged', `${file} is unreadable; facts are applied again`));
  return applied;
}

export async function removeCursor(disk: Disk, folder: string): Promise<void> {
  await removeIfThere(disk, path.join(folder, NAME));
  await disk.syncFolder(folder);
}

function parseCursor(text: string): number | undefined {
  const applied = /^\{"cursor":1,"applied":(\d{1,15})\}\n$/.exec(text)?.[1];
  return applied === undefined ? undefined : Number(applied);
}

/** Replaces the cursor in one step. */
export async function saveCursor(disk: Disk, folder: string, applied: number): Promise<void> {
  const draft = path.join(folder, `${NAME}.draft`);
  await removeIfThere(disk, draft);
  const file = await disk.create(draft);
  try {
    await file.write(Buffer.from(`{"cursor":1,"applied":${applied}}\n`), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path.join(folder, NAME));
  await disk.syncFolder(folder);
}

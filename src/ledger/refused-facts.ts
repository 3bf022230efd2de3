/** Facts that the store would not take, one JSON line each, for a person to look into. They hold what people said. */
import path from 'node:path';
import type { LedgerEntry } from './contracts.ts';
import type { Disk } from './disk/disk.ts';

const NAME = 'refused.jsonl';

export async function keepRefused(disk: Disk, folder: string, entry: LedgerEntry, error: unknown): Promise<void> {
  const name = path.join(folder, NAME);
  const size = (await disk.size(name)) ?? 0;
  // A crash may have torn the last line; the next one must not continue it.
  const isTorn = size > 0 && (await disk.read(name, size - 1)).toString('latin1') !== '\n';
  const line = JSON.stringify({ sequence: entry.sequence, error: String(error), fact: entry.fact });
  const file = await disk.open(name);
  try {
    await file.write(Buffer.from(`${isTorn ? '\n' : ''}${line}\n`), size);
    await file.sync();
  } finally {
    await file.close();
  }
  if (size === 0) await disk.syncFolder(folder);
}

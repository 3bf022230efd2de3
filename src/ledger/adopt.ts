/**
 * Takes over the ledgers of processes that are gone: those in the same folder whose lock is free. Each is drained and
 * removed. May be done at any time, and by several processes at once: the locks decide.
 */
import path from 'node:path';
import { LedgerError } from '../core/errors.ts';
import type { Ledger } from './contracts.ts';
import { type Disk, type DiskLock, removeIfThere } from './disk/disk.ts';
import { type ApplyFacts, type Drainer, openDrainer } from './drainer.ts';
import { type LedgerOptions, lockOf, openFolder } from './ledger.ts';
import { removeCursor } from './segments/cursor.ts';

export interface AdoptOptions extends Omit<LedgerOptions, 'limits' | 'node'> {
  readonly apply: ApplyFacts;
  /** Of ledgers that hold: makes what they told outlive a power cut in the store. A rejection keeps them. */
  readonly beforeRemoval?: () => Promise<void>;
}

export interface AdoptedLedgers {
  /** The names of their folders. */
  readonly names: readonly string[];
  /** Resolves when all of them are drained and removed, or given up by `close`. */
  readonly done: Promise<void>;
  /** As of a ledger, for those that are not removed yet. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

interface Adopted {
  readonly folder: string;
  readonly lock: DiskLock;
  readonly ledger: Ledger;
  readonly drainer: Drainer;
}

/** Adopts what others have left. A ledger that is open, in this process too, is not touched. */
export async function adoptLedgers(options: AdoptOptions): Promise<AdoptedLedgers> {
  const { disk, folder } = options;
  await disk.createFolder(folder);
  const names = (await disk.list(folder)).filter((name) => name.startsWith('node-'));
  const adopted: Adopted[] = [];
  for (const name of names) {
    const one = await adopt(name, options);
    if (one) adopted.push(one);
  }
  const done = Promise.all(adopted.map((one) => drainAndRemove(one, options))).then(() => {});
  return {
    names: adopted.map((one) => path.basename(one.folder)),
    done,
    rewind: async () => {
      await Promise.all(adopted.map(({ ledger }) => ledger.rewind()));
    },
    close: async () => {
      await Promise.all(adopted.map(({ drainer }) => drainer.close()));
      await done;
    },
  };
}

/** All facts of the ledgers that nobody has open will be applied again. */
export async function rewindOthers({ disk, folder }: Pick<LedgerOptions, 'disk' | 'folder'>): Promise<void> {
  await disk.createFolder(folder);
  for (const name of (await disk.list(folder)).filter((found) => found.startsWith('node-'))) {
    const lock = await disk.lock(lockOf(folder, name));
    if (!lock) continue;
    try {
      await removeCursor(disk, path.join(folder, name));
    } finally {
      lock.release();
    }
  }
}

async function adopt(name: string, options: AdoptOptions): Promise<Adopted | undefined> {
  const folder = path.join(options.folder, name);
  const lock = await options.disk.lock(lockOf(options.folder, name));
  if (!lock) return undefined;
  try {
    const ledger = await openFolder(folder, options);
    return { folder, lock, ledger, drainer: openDrainer({ ...options, backlog: ledger.backlog }) };
  } catch (error) {
    lock.release();
    options.onError(
      error instanceof LedgerError ? error : new LedgerError('ledger-disk-failed', `${folder} is not adopted`, error),
    );
    return undefined;
  }
}

async function drainAndRemove({ folder, lock, ledger, drainer }: Adopted, options: AdoptOptions): Promise<void> {
  const isDrained = await drainer.drained();
  try {
    const isDone = isDrained && (await isReleased(ledger, options));
    await drainer.close();
    await ledger.close();
    if (isDone) await removeFolder(options.disk, folder);
  } catch (error) {
    options.onError(new LedgerError('ledger-disk-failed', `${folder} is drained and cannot be removed`, error));
  } finally {
    lock.release();
  }
}

/** Whether nothing in it is needed any more. */
async function isReleased(ledger: Ledger, { beforeRemoval, holds = false }: AdoptOptions): Promise<boolean> {
  if (!holds) return true;
  const { applied } = ledger.stats();
  try {
    await beforeRemoval?.();
  } catch {
    return false; // told by whoever makes the copy; the folder is adopted again at the next start
  }
  // The store may have been put together anew meanwhile.
  const isStillApplied = ledger.stats().unapplied === 0 && ledger.stats().applied === applied;
  if (isStillApplied) await ledger.release(applied);
  return isStillApplied;
}

/** What was set aside for a person to look at keeps its folder. */
async function removeFolder(disk: Disk, folder: string): Promise<void> {
  const names = await disk.list(folder);
  if (names.some((name) => !isRemovable(name))) return;
  for (const name of names) await removeIfThere(disk, path.join(folder, name));
  await disk.removeFolder(folder);
  await disk.syncFolder(path.dirname(folder));
}

const isRemovable = (name: string): boolean => /^(?:cursor\.json(?:\.draft)?|refused\.jsonl\.draft)$/.test(name);

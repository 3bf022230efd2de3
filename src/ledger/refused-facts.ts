/**
 * Facts that the store would not take, one JSON line each, for a person to look into. They hold what people said. Several
 * processes write them: the drainer that was refused, whoever gives them back to the store, and whoever erases a person.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Fact } from '../core/fact.ts';
import type { LedgerEntry } from './contracts.ts';
import { type Disk, type DiskLock, faultCode, removeIfThere } from './disk/disk.ts';

export interface RefusedFact {
  /** Names the line among all that there are. */
  readonly id: string;
  /** The folder of its ledger. */
  readonly ledger: string;
  readonly error: string;
  /** Undefined for a line that a crash has torn. */
  readonly fact: Fact | undefined;
}

const NAME = 'refused.jsonl';
const DRAFT = `${NAME}.draft`;
/** Beside the ledgers' own locks; held for as long as one of the files is written. */
const LOCK = 'lock-refused';

/** `folder` is that of one ledger. */
export async function keepRefused(disk: Disk, folder: string, entry: LedgerEntry, error: unknown): Promise<void> {
  const lock = await lockRefused(disk, path.dirname(folder));
  try {
    await append(disk, folder, JSON.stringify({ sequence: entry.sequence, error: String(error), fact: entry.fact }));
  } finally {
    lock.release();
  }
}

async function append(disk: Disk, folder: string, line: string): Promise<void> {
  const name = path.join(folder, NAME);
  const size = (await disk.size(name)) ?? 0;
  // A crash may have torn the last line; the next one must not continue it.
  const isTorn = size > 0 && (await disk.read(name, size - 1)).toString('latin1') !== '\n';
  const file = await disk.open(name);
  try {
    await file.write(Buffer.from(`${isTorn ? '\n' : ''}${line}\n`), size);
    await file.sync();
  } finally {
    await file.close();
  }
  if (size === 0) await disk.syncFolder(folder);
}

/** Those of all ledgers in a data directory; `root` is the folder of the ledgers. */
export async function listRefused(disk: Disk, root: string): Promise<readonly RefusedFact[]> {
  const found: RefusedFact[] = [];
  for (const ledger of await ledgersIn(disk, root)) {
    const lines = await linesOf(disk, path.join(root, ledger, NAME));
    found.push(...lines.map((line) => parse(ledger, line)));
  }
  return found;
}

/**
 * Asks for each of them whether it stays, one after the other, and removes the others when all of a ledger's were asked
 * for. Resolves with the number of those that went.
 */
export async function siftRefused(
  disk: Disk,
  root: string,
  stays: (refused: RefusedFact) => Promise<boolean> | boolean,
): Promise<number> {
  let gone = 0;
  for (const ledger of await ledgersIn(disk, root)) {
    const folder = path.join(root, ledger);
    if ((await disk.size(path.join(folder, NAME))) === undefined) continue;
    const lock = await lockRefused(disk, root);
    try {
      gone += await siftOne(disk, folder, stays);
    } finally {
      lock.release();
    }
  }
  return gone;
}

async function siftOne(
  disk: Disk,
  folder: string,
  stays: (refused: RefusedFact) => Promise<boolean> | boolean,
): Promise<number> {
  const lines = await linesOf(disk, path.join(folder, NAME));
  const kept: string[] = [];
  for (const line of lines) if (await stays(parse(path.basename(folder), line))) kept.push(line);
  if (kept.length < lines.length) await replace(disk, folder, kept);
  return lines.length - kept.length;
}

async function replace(disk: Disk, folder: string, lines: readonly string[]): Promise<void> {
  const [name, draft] = [path.join(folder, NAME), path.join(folder, DRAFT)];
  await removeIfThere(disk, draft);
  if (lines.length === 0) {
    await disk.remove(name);
  } else {
    const file = await disk.create(draft);
    try {
      await file.write(Buffer.from(lines.map((line) => `${line}\n`).join('')), 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(draft, name);
  }
  await disk.syncFolder(folder);
}

/** Whoever has it is done within a moment. */
async function lockRefused(disk: Disk, root: string): Promise<DiskLock> {
  for (;;) {
    const lock = await disk.lock(path.join(root, LOCK));
    if (lock) return lock;
    await setImmediate();
  }
}

export async function ledgersIn(disk: Disk, root: string): Promise<readonly string[]> {
  try {
    return (await disk.list(root)).filter((name) => name.startsWith('node-'));
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function linesOf(disk: Disk, file: string): Promise<readonly string[]> {
  if ((await disk.size(file)) === undefined) return [];
  return (await disk.read(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function parse(ledger: string, line: string): RefusedFact {
  const id = createHash('sha256').update(line).digest('hex').slice(0, 10);
  try {
    const { error, fact } = JSON.parse(line) as { readonly error?: unknown; readonly fact?: Fact };
    const isFact = typeof fact?.callSid === 'string' && typeof fact.key === 'string';
    return { id, ledger, error: String(error ?? ''), fact: isFact ? fact : undefined };
  } catch {
    return { id, ledger, error: '', fact: undefined };
  }
}

/**
 * Whole copies of the embedded database, each made durable before it gets its name: PGlite never asks the disk to keep
 * anything, so that a power cut may leave of its own folder any mixture of old and new pages.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { syncPath } from './sync-folder.ts';

const NAME = /^\d{12}\.snapshot$/;
/** At the end of the file, with the SHA-256 of everything before it. */
const MAGIC = Buffer.from('KAVSNAP\u0001', 'latin1');
const DIGEST_BYTES = 32;
const DRAFT = 'draft';

export function countSnapshots(folder: string): number {
  return namesIn(folder).length;
}

/** Resolves when the copy would outlive a power cut; then all but so many of the copies before it are gone. */
export async function writeSnapshot(folder: string, tar: Uint8Array, keepOlder: number): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = namesIn(folder);
  // In this thread, which gives way to the calls, and not in those that write the calls' facts.
  const packed = gzipSync(tar, { level: 1 });
  const draft = path.join(folder, DRAFT);
  rmSync(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(Buffer.concat([packed, trailerOf(packed)]));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path.join(folder, nameAfter(names.at(-1))));
  await syncPath(folder);
  for (const old of keepOlder === 0 ? names : names.slice(0, -keepOlder)) rmSync(path.join(folder, old));
  await syncPath(folder);
}

/** The tar of the newest copy that is whole. */
export async function readSnapshot(folder: string): Promise<Uint8Array | undefined> {
  for (const name of namesIn(folder).reverse()) {
    const packed = checked(await readFile(path.join(folder, name)).catch(() => Buffer.alloc(0)));
    if (packed) return await promisify(gunzip)(packed);
  }
  return undefined;
}

function checked(bytes: Buffer): Buffer | undefined {
  const end = bytes.length - MAGIC.length - DIGEST_BYTES;
  if (end <= 0) return undefined;
  const packed = bytes.subarray(0, end);
  return trailerOf(packed).equals(bytes.subarray(end)) ? packed : undefined;
}

function trailerOf(packed: Buffer): Buffer {
  return Buffer.concat([MAGIC, createHash('sha256').update(packed).digest()]);
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort();
}

function nameAfter(name: string | undefined): string {
  const number = name === undefined ? 1 : Number.parseInt(name, 10) + 1;
  return `${String(number).padStart(12, '0')}.snapshot`;
}

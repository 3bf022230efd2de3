/** What a power cut may do to files that nobody has asked the disk to keep: seeded, and of several kinds. */
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createRandom, type Random } from '../../src/simulator/random.ts';

const PAGE_BYTES = 8192;

export const WOUNDS = ['zeros', 'noise', 'old-page', 'truncated', 'emptied', 'removed'] as const;
export type Wound = (typeof WOUNDS)[number];

/** Wounds so many pages or files below a folder. Returns what was done, one line each. */
export function tear(folder: string, seed: number, count: number): readonly string[] {
  const random = createRandom(seed);
  const done: string[] = [];
  for (let i = 0; i < count; i++) {
    const files = filesIn(folder);
    const file = files[Math.floor(random() * files.length)];
    if (file === undefined) return done;
    const wound = WOUNDS[Math.floor(random() * WOUNDS.length)]!;
    inflict(wound, file, random);
    done.push(`${wound} ${path.relative(folder, file)}`);
  }
  return done;
}

/** Files with something in them; the larger ones, which hold the data, as often as all others. */
function filesIn(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size > 0)
    .sort();
  const large = all.filter((file) => statSync(file).size > PAGE_BYTES);
  const times = Math.max(1, Math.floor(all.length / Math.max(1, large.length)));
  return [...all, ...Array.from({ length: times }, () => large).flat()];
}

function inflict(wound: Wound, file: string, random: Random): void {
  const { size } = statSync(file);
  const page = Math.floor((random() * size) / PAGE_BYTES) * PAGE_BYTES;
  const length = Math.min(PAGE_BYTES, size - page);
  switch (wound) {
    case 'zeros':
      return write(file, page, Buffer.alloc(length));
    case 'noise':
      return write(
        file,
        page,
        Uint8Array.from({ length }, () => random() * 256),
      );
    case 'old-page': {
      // Another page of the same file stands for an earlier state of this one.
      const other = Math.floor((random() * size) / PAGE_BYTES) * PAGE_BYTES;
      return write(file, page, read(file, other, length));
    }
    case 'truncated':
      return truncateSync(file, page);
    case 'emptied':
      return truncateSync(file, 0);
    case 'removed':
      return rmSync(file);
  }
}

function read(file: string, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const handle = openSync(file, 'r');
  readSync(handle, bytes, 0, length, position);
  closeSync(handle);
  return bytes;
}

function write(file: string, position: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
}

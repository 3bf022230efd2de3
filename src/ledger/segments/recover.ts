/**
 * What an earlier process left. Nothing is written over: a torn tail is cut by the next segment's header, which names the
 * sequence from which it takes over. Only headers and the newest segment are read here; the rest when it is drained.
 */
import path from 'node:path';
import { LedgerError } from '../../core/errors.ts';
import type { Disk } from '../disk/disk.ts';
import { readAround } from './read-around.ts';
import { decodeHeader, decodeRecords, HEADER_BYTES, type LedgerRecord } from './record.ts';
import { asideOf, type Segment, segmentNumber } from './segment.ts';

export interface Recovered {
  readonly segments: Segment[];
  /** The number of the next segment file. */
  readonly nextNumber: number;
  /** One past the last fact; 1 in an empty ledger. */
  readonly next: number;
  readonly tornTail: boolean;
}

interface FoundFile {
  readonly file: string;
  readonly size: number;
  /** Nothing if the file does not say and holds no record. */
  readonly first: number | undefined;
  readonly damaged: boolean;
}

export async function recoverSegments(
  disk: Disk,
  folder: string,
  onError: (error: LedgerError) => void,
): Promise<Recovered> {
  const names = (await disk.list(folder)).filter((name) => segmentNumber(name) !== undefined);
  const segments: Segment[] = [];
  for (const name of names) {
    const { file, size, first, damaged } = await inspect(disk, path.join(folder, name));
    if (first !== undefined) segments.push({ file, first, end: first, length: size, damaged });
    else await putAside(disk, file, size, onError);
  }
  for (const [i, segment] of segments.entries()) segment.end = segments[i + 1]?.first ?? segment.end;
  const newest = segments.at(-1);
  const tornTail = newest ? await settleEnd(disk, newest, onError) : false;
  await syncFound(() => disk.syncFolder(folder), onError);
  const nextNumber = 1 + (segmentNumber(names.at(-1) ?? '') ?? 0);
  return { segments, nextNumber, next: newest?.end ?? 1, tornTail };
}

async function inspect(disk: Disk, file: string): Promise<FoundFile> {
  const size = (await disk.size(file)) ?? 0;
  const header = decodeHeader(await readAround(disk, file, 0, Math.min(size, HEADER_BYTES)));
  if (header === 'foreign') {
    throw new LedgerError('ledger-version', `${file} is of another version of Kav; let that version drain it first`);
  }
  if (header !== 'damaged') return { file, size, first: header, damaged: false };
  const [record] = decodeRecords(await readAround(disk, file, 0, size), 0);
  return { file, size, first: record?.sequence, damaged: true };
}

/** A file without a header is what a crash leaves of one that was about to be made; longer ones have lost something. */
async function putAside(disk: Disk, file: string, size: number, onError: (error: LedgerError) => void): Promise<void> {
  if (size <= HEADER_BYTES) return await disk.remove(file);
  await disk.rename(file, asideOf(file));
  onError(new LedgerError('ledger-damaged', `no fact can be read in ${file}; it is kept as ${asideOf(file)}`));
}

/** Finds where the newest segment ends, and makes durable what an earlier process wrote and may not have synced. */
async function settleEnd(disk: Disk, segment: Segment, onError: (error: LedgerError) => void): Promise<boolean> {
  const file = await disk.open(segment.file);
  await syncFound(() => file.sync(), onError);
  await file.close();
  const records = [...decodeRecords(await readAround(disk, segment.file, 0, segment.length), 0)];
  segment.end = endOf(records, segment.first);
  const last = records.findLast((record) => record.sequence < segment.end);
  return (last?.end ?? HEADER_BYTES) < segment.length;
}

/** Whatever was acknowledged is durable already, so that this may fail: the ledger can still be drained. */
async function syncFound(sync: () => Promise<void>, onError: (error: LedgerError) => void): Promise<void> {
  try {
    await sync();
  } catch (error) {
    onError(new LedgerError('ledger-disk-failed', 'what an earlier process left cannot be synced', error));
  }
}

/**
 * One past the last fact that counts. What was durable before the newest batch counts even where it cannot be read any
 * more: that is damage, and the reader tells. Of the newest batch, what comes before its first gap counts.
 */
function endOf(records: readonly LedgerRecord[], first: number): number {
  let end = records.reduce((durable, record) => Math.max(durable, record.batchFirst), first);
  const present = new Set(records.map((record) => record.sequence));
  while (present.has(end)) end++;
  return end;
}

/** What lies in the folder of recordings: for a job that copies it elsewhere, and for facts that a crash kept untold. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PeerProtocolError } from '../core/errors.ts';
import { codeOf } from './code-of.ts';
import { isPlainName, parseSegmentFileName, type SegmentName } from './layout.ts';
import type { SegmentFact } from './recorder.ts';
import { readHead } from './segment.ts';

export interface SegmentFile extends SegmentName {
  readonly file: string;
}

/** The closed segments in one call's folder, in order; none when there is no such folder. */
export async function segmentFilesIn(folder: string): Promise<readonly SegmentFile[]> {
  const names = (await namesIn(folder)).sort();
  return names.flatMap((name) => {
    const parsed = parseSegmentFileName(name);
    return parsed ? [{ ...parsed, file: path.join(folder, name) }] : [];
  });
}

/**
 * The closed segments of one call with their sizes and digests, as their facts tell them: telling them again changes
 * nothing. `folder` is relative to `root`. Times are what the files claim; only `openSegment` vouches for them.
 * A file that is no segment is passed over and named to `onProblem`.
 */
export async function listSegments(
  root: string,
  folder: string,
  onProblem: (error: PeerProtocolError, file: string) => void,
): Promise<readonly SegmentFact[]> {
  const facts: SegmentFact[] = [];
  for (const segment of await segmentFilesIn(path.join(root, folder))) {
    const bytes = await readFile(segment.file).catch(ifErased);
    if (!bytes) continue;
    try {
      facts.push(factOf(segment, folder, bytes));
    } catch (error) {
      if (!(error instanceof PeerProtocolError)) throw error;
      onProblem(error, segment.file);
    }
  }
  return facts;
}

function factOf({ file, index, recordingId }: SegmentFile, folder: string, bytes: Uint8Array): SegmentFact {
  const { fromMs, toMs } = readHead(bytes).head;
  return {
    type: 'recording-segment',
    recordingId,
    index,
    file: `${folder}/${path.basename(file)}`,
    fromMs,
    toMs,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function ifErased(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Every call that has a folder, relative to `root`: `<tenant>/<yyyy-mm>/<CallSid>`. */
export async function* listCallFolders(root: string): AsyncGenerator<string> {
  for (const tenant of await foldersIn(root)) {
    for (const month of await foldersIn(path.join(root, tenant))) {
      for (const callSid of await foldersIn(path.join(root, tenant, month))) yield `${tenant}/${month}/${callSid}`;
    }
  }
}

const foldersIn = async (folder: string): Promise<readonly string[]> =>
  (await namesIn(folder)).filter(isPlainName).sort();

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
}

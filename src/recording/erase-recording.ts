import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './code-of.ts';
import { syncFolder } from './disk.ts';
import { PART_SUFFIX, parseSegmentFileName } from './layout.ts';

/**
 * Removes every segment of one recording, or of all of the call's when no id is given, half-written ones too, and the
 * call's folder when nothing is left in it. Returns how many files there were; when it returns, they do not come back
 * after a loss of power. Removing what is not there is no error, so a crash in the middle is mended by doing it again.
 * The recorder must be closed: what it has not written yet would still come.
 */
export async function eraseRecording(folder: string, recordingId?: string): Promise<number> {
  const names = await readdir(folder).catch(ifAbsent);
  if (!names) return 0;
  const doomed = names.filter((name) => {
    const segment = parseSegmentFileName(name.endsWith(PART_SUFFIX) ? name.slice(0, -PART_SUFFIX.length) : name);
    return segment && (recordingId ?? segment.recordingId) === segment.recordingId;
  });
  for (const name of doomed) await rm(path.join(folder, name), { force: true });
  await syncFolder(folder);
  if (doomed.length === names.length) {
    await rmdir(folder).catch(ifNotEmpty);
    await syncFolder(path.dirname(folder));
  }
  return doomed.length;
}

function ifAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Somebody has put a file there meanwhile. */
function ifNotEmpty(error: unknown): void {
  if (codeOf(error) !== 'ENOTEMPTY') throw error;
}

/** The files of calls in the data directory. Every file that belongs to one call has its CallSid in its path. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const CALL_SID = /CA[0-9a-f]{32}/i;

/** Removes them and resolves with their number. Folders that are not there hold none. */
export async function eraseCallFiles(folders: readonly string[], callSids: readonly string[]): Promise<number> {
  const wanted = new Set(callSids.map((callSid) => callSid.toLowerCase()));
  let erased = 0;
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      const callSid = CALL_SID.exec(path.relative(folder, file))?.[0];
      if (callSid === undefined || !wanted.has(callSid.toLowerCase())) continue;
      await rm(file, { force: true });
      erased++;
    }
  }
  return erased;
}

/** The calls that have files there, spelled as in the paths. */
export async function callsWithFiles(folders: readonly string[]): Promise<readonly string[]> {
  const callSids = new Set<string>();
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      const callSid = CALL_SID.exec(path.relative(folder, file))?.[0];
      if (callSid !== undefined) callSids.add(callSid);
    }
  }
  return [...callSids];
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

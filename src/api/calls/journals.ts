/** The journals of a call that this node has, one for each of its streams. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type ReadJournal, readJournal } from '../../call/journal.ts';
import { PeerProtocolError } from '../../core/errors.ts';
import { ApiRefusal } from '../handler.ts';

/** In the order of the streams; none when there is none. `callSid` has been checked to be one. */
export async function journalFiles(folder: string, callSid: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.flatMap((name) => {
    const attempt = attemptOf(name, callSid);
    return attempt === undefined ? [] : [{ attempt, file: path.join(folder, name) }];
  });
  return files.sort((a, b) => a.attempt - b.attempt).map(({ file }) => file);
}

function attemptOf(name: string, callSid: string): number | undefined {
  const match = name.startsWith(callSid) ? /^(?:\.(\d{1,6}))?\.jsonl$/.exec(name.slice(callSid.length)) : null;
  return match ? Number(match[1] ?? 1) : undefined;
}

export function elsewhere(): ApiRefusal {
  return new ApiRefusal(404, 'journal-elsewhere', 'This node has no journal of the call; another one may have it.');
}

/** Throws `ApiRefusal` when this node has none, or none that can be read. */
export async function readJournals(folder: string, callSid: string): Promise<readonly ReadJournal[]> {
  const files = await journalFiles(folder, callSid);
  if (files.length === 0) throw elsewhere();
  try {
    return await Promise.all(files.map(readJournal));
  } catch (error) {
    if (!(error instanceof PeerProtocolError)) throw error;
    throw new ApiRefusal(422, 'journal-unreadable', `The journal cannot be read: ${error.message}.`);
  }
}

/** The journals of runs in the format and under the names of a server's. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { JournalFolder } from '../../src/call/journal.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import type { PlayedCall, RunResult } from '../run.ts';

/** Writes a file for each call into `folder`, or with several runs into `1`, `2` … inside it; tells the folders. */
export async function writeJournals(folder: string, runs: readonly RunResult[]): Promise<readonly string[]> {
  const folders = runs.map((_, i) => (runs.length === 1 ? folder : path.join(folder, `${i + 1}`)));
  for (const [i, run] of runs.entries()) await writeRun(folders[i]!, run);
  return folders;
}

async function writeRun(folder: string, { calls }: RunResult): Promise<void> {
  const failures: unknown[] = [];
  const journals = new JournalFolder({ folder, clock: createRealClock(), onError: (error) => failures.push(error) });
  for (const call of calls) {
    const callSid = sidOf(call);
    // A journal is appended to; that of an earlier run has the same name.
    await rm(journals.pathOf(callSid), { force: true });
    const journal = journals.open({ ...call.observation.head, callSid });
    for (const entry of call.observation.entries) journal.write(entry);
    await journal.close();
  }
  if (failures.length > 0) throw failures[0];
}

/** Every virtual call has the same CallSid; the file's name in the corpus tells them apart, and stays the same. */
const sidOf = ({ id }: PlayedCall): string => `CA${createHash('md5').update(id).digest('hex')}`;

/** The erasure of a person by the command itself: no server has the store open, so nobody else does it. */
import type { Clock } from '../../core/clock.ts';
import { jobsDatabaseOf } from '../../jobs/embedded-database.ts';
import { deleteCopy } from '../../jobs/erasure/delete-copy.ts';
import { erasePerson } from '../../jobs/erasure/erase-person.ts';
import { type AskedErasure, askForErasure, type Person } from '../../jobs/erasure/request.ts';
import { deleteJobsOf } from '../../jobs/inspection.ts';
import type { Counts } from '../../store/after-calls/counts.ts';
import { readErasure } from '../../store/after-calls/erasures.ts';
import type { Store } from '../../store/store.ts';
import type { Environment } from '../environment.ts';
import { reachOf } from '../reach.ts';

export interface EraseHereOptions {
  readonly environment: Environment;
  readonly store: Store;
  readonly node: string;
  readonly clock: Clock;
  readonly eraseCopies: () => Promise<Readonly<Counts>>;
}

/** What Twilio does not delete now is left for the jobs of the next server. */
export async function eraseHere(
  { clock, environment, eraseCopies, node, store }: EraseHereOptions,
  person: Person,
): Promise<AskedErasure> {
  const reach = await reachOf(environment, clock);
  const { db } = store;
  const asked = await askForErasure(db, reach.erasureKey, person);
  if (asked.status !== 'asked') return asked;
  await asked.mentions;
  const { erasureKey, folders, leavings, objects } = reach;
  const onDisk = folders.objects === undefined ? [] : [folders.objects];
  const places = {
    node,
    folders: [...folders.words, ...folders.recordings, folders.spool, ...onDisk],
    wordFolders: folders.words,
    leavings: leavings && { ...leavings, erasureKey },
  };
  const erasing = {
    db,
    objects,
    places,
    eraseJobs: (tenant: string, callSids: readonly string[]) => deleteJobsOf(jobsDatabaseOf(db), tenant, callSids),
    eraseCopies,
    deleteAtCarrier: (copy: Parameters<typeof deleteCopy>[1], signal: AbortSignal) => deleteCopy(reach, copy, signal),
  };
  const { signal } = new AbortController();
  for (let isOver = false; !isOver; ) {
    const result = await erasePerson(erasing, asked, signal);
    const erasure = await readErasure(db, asked);
    isOver = result.status !== 'done' || erasure?.doneAt !== undefined;
  }
  return asked;
}

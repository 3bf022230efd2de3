/**
 * The job behind the erasure of one person: everything that is known of their calls, in every place that this node
 * reaches. Each step may be done again after a crash; the report adds up what each has really removed.
 */
import type { Counts } from '../../store/after-calls/counts.ts';
import {
  addToReport,
  type ErasureName,
  eraseRows,
  finishErasure,
  readErasure,
  setCarrierCopies,
} from '../../store/after-calls/erasures.ts';
import type { CarrierCopy, Db } from '../../store/schema.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { WorkFailure, WorkResult } from '../work-result.ts';
import { eraseOnNode, type NodePlaces, seenCalls } from './erase-on-node.ts';

export interface EraseOptions {
  readonly db: Db;
  readonly objects: ObjectStore;
  readonly places: NodePlaces;
  /** Removes the jobs of these calls; resolves with their number. */
  readonly eraseJobs: (tenant: string, callSids: readonly string[]) => Promise<number>;
  /**
   * Resolves, with how many copies went, when no copy of the database, and no fact still on this disk, holds what has gone
   * from its tables.
   */
  readonly eraseCopies: () => Promise<Readonly<Counts>>;
  /** Has Twilio delete one of its own copies. */
  readonly deleteAtCarrier: (
    copy: CarrierCopy,
    signal: AbortSignal,
  ) => Promise<{ readonly status: 'deleted' | 'absent' } | WorkFailure>;
}

export async function erasePerson(options: EraseOptions, name: ErasureName, signal: AbortSignal): Promise<WorkResult> {
  const { db, objects } = options;
  const erasure = await readErasure(db, name);
  if (erasure === undefined) return { status: 'done', note: 'no such erasure' };
  const { tenant, callSids } = erasure;
  await addToReport(db, name, { jobs: await options.eraseJobs(tenant, callSids) });
  // The words first, and Twilio last: it may be away for hours, which nobody's words must wait for.
  await eraseRows(db, erasure);
  await addToReport(db, name, await options.eraseCopies());
  signal.throwIfAborted();
  await addToReport(db, name, { objects: await eraseObjects(objects, tenant, callSids) });
  await eraseOnNode(db, options.places, erasure);
  const failure = await eraseCarrierCopies(options, name, signal);
  if (failure) return failure;
  await finishErasure(db, name, seenCalls(erasure));
  return { status: 'done' };
}

/** The objects of these calls; resolves with their number. */
export async function eraseObjects(objects: ObjectStore, tenant: string, callSids: readonly string[]): Promise<number> {
  let erased = 0;
  for (const callSid of callSids) {
    for await (const key of objects.list(`${tenant}/${callSid}/`)) {
      if (await objects.remove(key)) erased++;
    }
  }
  return erased;
}

async function eraseCarrierCopies(
  { db, deleteAtCarrier }: EraseOptions,
  name: ErasureName,
  signal: AbortSignal,
): Promise<WorkFailure | undefined> {
  let left = (await readErasure(db, name))?.carrierCopies ?? [];
  for (const copy of left) {
    const result = await deleteAtCarrier(copy, signal);
    if ('problem' in result) return result;
    left = left.filter((other) => other !== copy);
    await setCarrierCopies(db, name, left);
    await addToReport(db, name, { twilio_recordings: result.status === 'deleted' ? 1 : 0 });
  }
  return undefined;
}

/** What one machine alone has of a person: journals, recordings, objects on its disk, and what its ledgers set aside. */
import {
  addCallsToErasure,
  noteNodeErased,
  type RecentErasure,
  recentErasures,
} from '../../store/after-calls/erasures.ts';
import type { Db } from '../../store/schema.ts';
import { eraseCallFiles } from './call-files.ts';
import { eraseLeavings, type LeavingsOptions } from './ledger-leavings.ts';

export interface NodePlaces {
  readonly node: string;
  /** Folders with files of calls: journals, recordings, spools, objects that rest on this disk. */
  readonly folders: readonly string[];
  /** Those of the folders whose files hold words: they go with the words' retention, and where a number was mentioned. */
  readonly wordFolders: readonly string[];
  /** Undefined where there is no ledger. */
  readonly leavings: LeavingsOptions | undefined;
}

/** Each node does this for itself. It may be done again, and then adds what it finds. */
export async function eraseOnNode(db: Db, places: NodePlaces, erasure: RecentErasure): Promise<void> {
  const { folders, leavings, node, wordFolders } = places;
  const { callSids, mentionedIn } = erasure;
  const seen = seenCalls(erasure);
  const files = (await eraseCallFiles(folders, callSids)) + (await eraseCallFiles(wordFolders, mentionedIn));
  const erased = leavings && (await eraseLeavings(leavings, erasure, true));
  await noteNodeErased(db, erasure, node, { files, seen, report: erased?.counts ?? {} });
  if (erased && erased.newCalls.length > 0) await addCallsToErasure(db, erasure, erased.newCalls);
}

/** How many calls are named: an erasure may come to name more. */
export function seenCalls({ callSids, mentionedIn }: Pick<RecentErasure, 'callSids' | 'mentionedIn'>): number {
  return callSids.length + mentionedIn.length;
}

/** Facts that the store refuses after the node has looked: those of late facts, of somebody erased since then. */
export async function eraseLateLeavings(db: Db, { leavings, node }: NodePlaces, since: Date): Promise<void> {
  if (!leavings) return;
  for (const erasure of await recentErasures(db, since)) {
    const { counts, newCalls } = await eraseLeavings(leavings, erasure, false);
    if (Object.keys(counts).length > 0) await noteNodeErased(db, erasure, node, { files: 0, seen: 0, report: counts });
    if (newCalls.length > 0) await addCallsToErasure(db, erasure, newCalls);
  }
}

/** Each node's own part of every erasure: a job runs on one node, and the journals of a call may lie on another. */
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../observe/log.ts';
import { erasuresForNode } from '../../store/after-calls/erasures.ts';
import { callsWithoutWords } from '../../store/after-calls/retention.ts';
import type { Db } from '../../store/schema.ts';
import { nameOf } from '../run-job.ts';
import { callsWithFiles, eraseCallFiles } from './call-files.ts';
import { eraseLateLeavings, eraseOnNode, type NodePlaces } from './erase-on-node.ts';

export interface NodeFilesOptions {
  readonly db: Db;
  readonly places: NodePlaces;
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: Log;
}

export interface NodeFiles {
  /** Looks now; resolves when all that were asked for are gone. */
  sweep(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Erasure within a minute: twice in it. */
const EVERY_MS = 25_000;
/** A node that was away for longer has no business with its old files: retention has taken them. */
const LOOK_BACK_MS = 30 * 86_400_000;
/** Retention's files may wait longer than a person's. */
const OUTLIVED_EVERY = 144;
const BATCH = 500;

export function openNodeFiles(options: NodeFilesOptions): NodeFiles {
  const { clock, date, db, log, places } = options;
  let running: Promise<void> = Promise.resolve();
  let disarm = (): void => {};
  let isClosed = false;
  let rounds = 0;

  async function sweep(): Promise<void> {
    const since = new Date(date().getTime() - LOOK_BACK_MS);
    for (const erasure of await erasuresForNode(db, places.node, since)) await eraseOnNode(db, places, erasure);
    await eraseLateLeavings(db, places, since);
    if (rounds++ % OUTLIVED_EVERY === 0) await sweepOutlived(options);
  }

  function next(): void {
    disarm = clock.at(clock.now() + EVERY_MS, () => {
      running = sweep().catch((error: unknown) => log.warn('JOBS_AWAY', { problem: nameOf(error) }));
      running.then(() => isClosed || next());
    });
  }

  next();
  return {
    sweep,
    close: async () => {
      isClosed = true;
      disarm();
      await running;
    },
  };
}

/** Retention forgets the words of a call on one node; the files of the others follow. */
async function sweepOutlived({ db, places: { wordFolders } }: NodeFilesOptions): Promise<void> {
  const callSids = await callsWithFiles(wordFolders);
  for (let from = 0; from < callSids.length; from += BATCH) {
    const outlived = await callsWithoutWords(db, callSids.slice(from, from + BATCH));
    await eraseCallFiles(wordFolders, outlived);
  }
}

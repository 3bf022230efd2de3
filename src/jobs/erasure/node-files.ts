/** Each node's own part of every erasure: a job runs on one node, and the journals of a call may lie on another. */
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../observe/log.ts';
import { erasuresForNode } from '../../store/after-calls/erasures.ts';
import { nameOf } from '../run-job.ts';
import { type EraseOptions, eraseFilesOfNode } from './erase-person.ts';

export interface NodeFilesOptions extends Pick<EraseOptions, 'db' | 'folders' | 'node'> {
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

export function openNodeFiles(options: NodeFilesOptions): NodeFiles {
  const { clock, date, db, log, node } = options;
  let running: Promise<void> = Promise.resolve();
  let disarm = (): void => {};
  let isClosed = false;

  async function sweep(): Promise<void> {
    const since = new Date(date().getTime() - LOOK_BACK_MS);
    for (const erasure of await erasuresForNode(db, node, since)) await eraseFilesOfNode(options, erasure);
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

/** The nightly round: what has outlived its days goes, tenant by tenant. */
import {
  callsWithOldRecordings,
  callsWithOldWords,
  forgetRecordings,
  forgetWords,
  type RetentionDays,
  readRetention,
  type TenantRetention,
} from '../../store/after-calls/retention.ts';
import type { Db } from '../../store/schema.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { WorkResult } from '../work-result.ts';
import { eraseCallFiles } from './call-files.ts';
import { eraseObjects } from './erase-person.ts';

export interface RetentionOptions {
  readonly db: Db;
  readonly objects: ObjectStore;
  readonly byDefault: RetentionDays;
  /** Folders of this node with our own recordings, and with the journals. */
  readonly recordingFolders: readonly string[];
  readonly journalFolders: readonly string[];
  readonly date: () => Date;
}

const DAY_MS = 86_400_000;
const BATCH = 200;

export async function retain(options: RetentionOptions, signal: AbortSignal): Promise<WorkResult> {
  for (const tenant of await readRetention(options.db, options.byDefault)) {
    await dropRecordings(options, tenant, signal);
    await dropWords(options, tenant, signal);
  }
  return { status: 'done' };
}

async function dropRecordings(
  options: RetentionOptions,
  { tenant, recordings }: TenantRetention,
  signal: AbortSignal,
): Promise<void> {
  if (recordings === undefined) return;
  const { db, objects } = options;
  const before = new Date(options.date().getTime() - recordings * DAY_MS);
  for (;;) {
    signal.throwIfAborted();
    const callSids = await callsWithOldRecordings(db, tenant, before, BATCH);
    if (callSids.length === 0) return;
    // The rows last: as long as they are there, a round that broke off is taken up again.
    await eraseObjects(objects, tenant, callSids);
    await eraseCallFiles(options.recordingFolders, callSids);
    await forgetRecordings(db, tenant, callSids);
  }
}

async function dropWords(
  options: RetentionOptions,
  { tenant, transcripts }: TenantRetention,
  signal: AbortSignal,
): Promise<void> {
  if (transcripts === undefined) return;
  const before = new Date(options.date().getTime() - transcripts * DAY_MS);
  for (;;) {
    signal.throwIfAborted();
    const callSids = await callsWithOldWords(options.db, tenant, before, BATCH);
    if (callSids.length === 0) return;
    await eraseCallFiles(options.journalFolders, callSids);
    await forgetWords(options.db, tenant, callSids);
  }
}

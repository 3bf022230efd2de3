/** The work after calls, put together: jobs, what they do, and the doors by which the rest of Kav asks for them. */

import type { Clock } from '../core/clock.ts';
import type { CallName } from '../core/fact.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Brain } from '../providers/contracts.ts';
import type { Counts } from '../store/after-calls/counts.ts';
import { type DueScope, erasedCalls, findDue } from '../store/after-calls/due.ts';
import { type ErasureName, readErasure, unfinishedErasures } from '../store/after-calls/erasures.ts';
import type { RetentionDays } from '../store/after-calls/retention.ts';
import type { CarrierCopy, Db } from '../store/schema.ts';
import type { JobsEngine } from './boss.ts';
import type { CrmSender } from './crm/send-event.ts';
import { tellCrm } from './crm/tell.ts';
import { deleteCopy } from './erasure/delete-copy.ts';
import type { NodePlaces } from './erasure/erase-on-node.ts';
import { erasePerson } from './erasure/erase-person.ts';
import type { LeavingsOptions } from './erasure/ledger-leavings.ts';
import { type NodeFiles, openNodeFiles } from './erasure/node-files.ts';
import { type AskedErasure, askForErasure, askForRedaction, type Person } from './erasure/request.ts';
import { retain } from './erasure/retention.ts';
import { type Jobs, type JobsOptions, openJobs } from './jobs.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { JobRequest } from './queues.ts';
import { downloadRecording } from './recording/download.ts';
import type { MediaFetcher } from './recording/fetch-media.ts';
import { erasureRequest, requestsOf } from './requests.ts';
import { nameOf } from './run-job.ts';
import { LEAD_FIELDS } from './summary/lead-fields.ts';
import { summariseCall } from './summary/summarise.ts';
import type { WorkResult } from './work-result.ts';

export interface AfterCallsOptions {
  readonly db: Db;
  readonly engine: JobsEngine;
  readonly objects: ObjectStore;
  readonly fetcher: MediaFetcher;
  /** The header `Authorization` for an account of Twilio's; undefined when this server has no password of it. */
  readonly authorizationOf: (accountSid: string) => string | undefined;
  /** The agent's chain of brains; undefined while there is none. */
  readonly brain: () => Brain | undefined;
  /** The agent's, for calls that never said theirs. */
  readonly language: () => string;
  readonly crm: CrmSender | undefined;
  readonly retention: RetentionDays;
  /**
   * Resolves, with how many copies went, when no copy of the database, and no fact still on this disk, holds what has gone
   * from its tables.
   */
  readonly eraseCopies: () => Promise<Readonly<Counts>>;
  /** Not in the database: names erased people in reports. */
  readonly erasureKey: Uint8Array;
  /** Resolves when the facts that were told so far are in the store, or, soon, when they cannot be. */
  readonly settled: () => Promise<void>;
  readonly node: string;
  readonly folders: {
    readonly spool: string;
    /** Files that hold words of calls: journals, facts that wait for the store. */
    readonly words: readonly string[];
    /** Our own recordings. */
    readonly recordings: readonly string[];
    /** Where this disk has the objects; undefined for a bucket. */
    readonly objects: string | undefined;
  };
  /** What the ledgers in this data directory have set aside. */
  readonly leavings: Omit<LeavingsOptions, 'erasureKey'> | undefined;
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'jobEnded' | 'queueDepth'>;
}

export interface AfterCalls {
  readonly jobs: Jobs;
  /** Once a fact of the call has been applied. Rejects while the database is away: the next minute finds it anyway. */
  applied(call: CallName): Promise<void>;
  /**
   * Everything that is known of a person. Resolves when the number is gone from every column and the rest is a durable job;
   * `mentions`, when it is gone from the texts of others' calls too.
   */
  erase(person: Person): Promise<AskedErasure>;
  /** The words, journal and recording of one call. Resolves when the rest is a durable job. */
  redact(call: CallName & { readonly actor: string }): Promise<{ readonly erasureId: string }>;
  /** Another process has noted an erasure in the store: it is begun at once. */
  begin(erasure: ErasureName): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** An erasure is gone through again when a call of it holds something again within so many days. */
const ERASURE_WATCH_MS = 14 * 86_400_000;

export function openAfterCalls(options: AfterCallsOptions): AfterCalls {
  const { db } = options;
  const { clock, date, log, metrics } = options;
  const places = placesOf(options);
  const jobs: Jobs = openJobs({
    engine: options.engine,
    work: workOf(options, places, () => jobs),
    findDue: async (since) => [
      ...(await dueRequests(options, db, { since })),
      ...(await unfinishedErasures(db, new Date(date().getTime() - ERASURE_WATCH_MS))).map(erasureRequest),
    ],
    clock,
    log,
    metrics,
  });
  const nodeFiles: NodeFiles = openNodeFiles({ db, places, clock, date, log });
  const begin = async (name: ErasureName): Promise<void> => {
    const erasure = await readErasure(db, name);
    if (erasure && !erasure.doneAt) await jobs.enqueue([erasureRequest(erasure)]);
  };
  return {
    jobs,
    applied: async (call) => jobs.enqueue(await dueRequests(options, db, call)),
    erase: async (person) => {
      await options.settled(); // a call that has just been may not be there yet
      const asked = await askForErasure(db, options.erasureKey, person);
      if (asked.status === 'office-number') return asked;
      // It is in the store by now: where this fails, the next minute asks for it.
      await jobs.enqueue([erasureRequest({ ...asked, passes: 0 })]).catch(() => {});
      const away = (error: unknown): void => log.warn('JOBS_AWAY', { problem: nameOf(error) });
      const mentions = asked.mentions.then(() => begin(asked).catch(away));
      mentions.catch(away);
      return { ...asked, mentions };
    },
    begin: async (name) => {
      await begin(name);
      await nodeFiles.sweep();
    },
    redact: async (call) => {
      await options.settled();
      const name = await askForRedaction(db, options.erasureKey, call);
      await jobs.enqueue([erasureRequest({ ...name, passes: 0 })]).catch(() => {}); // as above
      return name;
    },
    close: async () => {
      await Promise.all([jobs.close(), nodeFiles.close()]);
    },
  };
}

async function dueRequests(options: AfterCallsOptions, db: Db, scope: DueScope): Promise<readonly JobRequest[]> {
  const following = { hasCrm: options.crm !== undefined };
  return (await findDue(db, scope)).flatMap((due) => requestsOf(due, following));
}

function placesOf({ erasureKey, folders, leavings, node }: AfterCallsOptions): NodePlaces {
  const { objects, recordings, spool, words } = folders;
  return {
    node,
    folders: [...words, ...recordings, spool, ...(objects === undefined ? [] : [objects])],
    wordFolders: words,
    leavings: leavings && { ...leavings, erasureKey },
  };
}

function workOf(options: AfterCallsOptions, places: NodePlaces, jobs: () => Jobs): JobsOptions['work'] {
  const { authorizationOf, date, db, fetcher, objects } = options;
  /** What has been stored may be worth telling. */
  const thenFollow = async (call: CallName, result: WorkResult): Promise<WorkResult> => {
    if (result.status === 'done') await jobs().enqueue(await dueRequests(options, db, call));
    return result;
  };
  return {
    recording: async ({ tenant, callSid, recordingSid }, { signal }) => {
      const name = { tenant, callSid, recordingId: recordingSid };
      const spool = options.folders.spool;
      return thenFollow(name, await downloadRecording({ db, objects, fetcher, spool, authorizationOf }, name, signal));
    },
    summary: async (call, attempt) => {
      const { brain } = options;
      const summarising = { db, brain, fields: LEAD_FIELDS, language: options.language(), date };
      return thenFollow(call, await summariseCall(summarising, call, attempt));
    },
    crm: (ref, { signal }) => tellCrm({ db, sender: options.crm }, ref, signal),
    erasure: async (name, { signal }) => {
      const eraseJobs: Jobs['forget'] = (...of) => jobs().forget(...of);
      const deleteAtCarrier = (copy: CarrierCopy, until: AbortSignal) => deleteCopy(options, copy, until);
      const { eraseCopies } = options;
      const erasing = { db, objects, places, eraseJobs, eraseCopies, deleteAtCarrier };
      const result = await erasePerson(erasing, name, signal);
      if (result.status === 'done') await jobs().enqueue(await afterErasure(options, name));
      return result;
    },
    retention: (_payload, { signal }) => {
      const { recordings, words } = options.folders;
      const days = { byDefault: options.retention, recordingFolders: recordings, journalFolders: words };
      return retain({ db, objects, ...days, date }, signal);
    },
  };
}

/** The CRM was told of those calls, and is told that they are erased; what came to be named meanwhile wants another pass. */
async function afterErasure({ crm, db }: AfterCallsOptions, name: ErasureName): Promise<readonly JobRequest[]> {
  const erasure = await readErasure(db, name);
  if (!erasure) return [];
  if (!erasure.doneAt) return [erasureRequest(erasure)];
  const due = erasedCalls(name, erasure.callSids, erasure.passes);
  return due.flatMap((each) => requestsOf(each, { hasCrm: crm !== undefined }));
}

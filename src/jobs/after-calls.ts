/** The work after calls, put together: jobs, what they do, and the doors by which the rest of Kav asks for them. */

import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { CallName } from '../core/fact.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Brain } from '../providers/contracts.ts';
import { type DueScope, findDue } from '../store/after-calls/due.ts';
import { requestErasure, requestRedaction } from '../store/after-calls/erasure-request.ts';
import { unfinishedErasures } from '../store/after-calls/erasures.ts';
import type { RetentionDays } from '../store/after-calls/retention.ts';
import type { CarrierCopy, Db } from '../store/schema.ts';
import type { JobsEngine } from './boss.ts';
import type { CrmSender } from './crm/send-event.ts';
import { tellCrm } from './crm/tell.ts';
import { erasePerson } from './erasure/erase-person.ts';
import { type NodeFiles, openNodeFiles } from './erasure/node-files.ts';
import { retain } from './erasure/retention.ts';
import { subjectHash } from './erasure/subject-hash.ts';
import { type Jobs, type JobsOptions, openJobs } from './jobs.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { JobRequest } from './queues.ts';
import { deleteMedia } from './recording/delete-media.ts';
import { downloadRecording } from './recording/download.ts';
import type { MediaFetcher } from './recording/fetch-media.ts';
import { mediaUrl } from './recording/media-url.ts';
import { erasureRequest, requestsOf } from './requests.ts';
import { LEAD_FIELDS } from './summary/lead-fields.ts';
import { summariseCall } from './summary/summarise.ts';
import { refused, type WorkResult } from './work-result.ts';

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
  /** Resolves when no copy of the database, and no fact still on this disk, holds what has gone from its tables. */
  readonly eraseCopies: () => Promise<void>;
  /** Not in the database: names erased people in reports. */
  readonly erasureKey: Uint8Array;
  readonly node: string;
  readonly folders: {
    readonly spool: string;
    /** Files that hold words of calls: journals, facts that wait for the store. */
    readonly words: readonly string[];
    /** Our own recordings. */
    readonly recordings: readonly string[];
  };
  readonly clock: Clock;
  readonly date: () => Date;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'jobEnded' | 'queueDepth'>;
}

export interface AfterCalls {
  readonly jobs: Jobs;
  /** Once a fact of the call has been applied. Rejects while the database is away: the next minute finds it anyway. */
  applied(call: CallName): Promise<void>;
  /** Everything that is known of a person, by E.164. Resolves when the number is gone and the rest is a durable job. */
  erase(person: {
    readonly tenant: string;
    readonly number: string;
    readonly actor: string;
  }): Promise<{ readonly erasureId: string; readonly calls: number }>;
  /** The words, journal and recording of one call. Resolves when the rest is a durable job. */
  redact(call: CallName & { readonly actor: string }): Promise<{ readonly erasureId: string }>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** An erasure is gone through again when a call of it holds something again within so many days. */
const ERASURE_WATCH_MS = 14 * 86_400_000;

export function openAfterCalls(options: AfterCallsOptions): AfterCalls {
  const { db } = options;
  const { clock, date, log, metrics, node } = options;
  const folders = [...options.folders.words, ...options.folders.recordings, options.folders.spool];
  const jobs: Jobs = openJobs({
    engine: options.engine,
    work: workOf(options, db, folders, () => jobs),
    findDue: async (since) => [
      ...(await dueRequests(options, db, { since })),
      ...(await unfinishedErasures(db, new Date(date().getTime() - ERASURE_WATCH_MS))).map(erasureRequest),
    ],
    clock,
    log,
    metrics,
  });
  const nodeFiles: NodeFiles = openNodeFiles({
    db,
    folders,
    wordFolders: options.folders.words,
    node,
    clock,
    date,
    log,
  });
  return {
    jobs,
    applied: async (call) => jobs.enqueue(await dueRequests(options, db, call)),
    erase: async ({ tenant, number, actor }) => {
      const erasureId = randomUUID();
      const hash = subjectHash(options.erasureKey, tenant, number);
      const calls = await requestErasure(db, { tenant, number, erasureId, subjectHash: hash, actor });
      // It is in the store by now: where this fails, the next minute asks for it.
      await jobs.enqueue([erasureRequest({ tenant, erasureId, passes: 0 })]).catch(() => {});
      return { erasureId, calls };
    },
    redact: async ({ tenant, callSid, actor }) => {
      const erasureId = randomUUID();
      const hash = subjectHash(options.erasureKey, tenant, callSid);
      await requestRedaction(db, { tenant, callSid, erasureId, subjectHash: hash, actor });
      await jobs.enqueue([erasureRequest({ tenant, erasureId, passes: 0 })]).catch(() => {}); // as above
      return { erasureId };
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

function workOf(options: AfterCallsOptions, db: Db, folders: readonly string[], jobs: () => Jobs): JobsOptions['work'] {
  const { authorizationOf, date, fetcher, node, objects } = options;
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
    erasure: (name, { signal }) => {
      const eraseJobs: Jobs['forget'] = (...of) => jobs().forget(...of);
      const deleteAtCarrier = (copy: CarrierCopy, until: AbortSignal) => deleteCopy(options, copy, until);
      const { eraseCopies } = options;
      return erasePerson({ db, objects, folders, node, eraseJobs, eraseCopies, deleteAtCarrier }, name, signal);
    },
    retention: (_payload, { signal }) => {
      const { recordings, words } = options.folders;
      const days = { byDefault: options.retention, recordingFolders: recordings, journalFolders: words };
      return retain({ db, objects, ...days, date }, signal);
    },
  };
}

async function deleteCopy({ authorizationOf, fetcher }: AfterCallsOptions, copy: CarrierCopy, signal: AbortSignal) {
  const { accountSid, recordingSid, url } = copy;
  const address = mediaUrl({ accountSid, recordingSid, claimed: url ?? undefined });
  if (!address.ok) return refused(address.problem);
  const authorization = authorizationOf(accountSid);
  if (authorization === undefined) return refused('there is no password for the account of the call');
  const path = address.path.replace(/\.wav$/, '.json');
  return await deleteMedia(fetcher, { host: address.host, path, authorization }, signal);
}

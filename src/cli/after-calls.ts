/** Puts the work after calls together: recordings brought home, notes and leads, events for a CRM, retention, erasure. */
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { CallName, Fact } from '../core/fact.ts';
import type { AfterCalls } from '../jobs/after-calls.ts';
import { mayBringDue } from '../jobs/requests.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Brain } from '../providers/contracts.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import { crmSenderOf, erasureKeyOf, openObjects, retentionOf, twilioAuthorization } from './after-calls-settings.ts';
import type { Environment } from './environment.ts';
import type { Keeping } from './keeping.ts';

export interface AfterCallsParts {
  readonly environment: Environment;
  readonly keeping: Keeping;
  readonly journalFolder: string;
  /** The agent's chain. */
  readonly brain: Brain;
  readonly language: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface AfterCallsWork {
  /** Idempotent. */
  close(): Promise<void>;
}

/** Begins when the store is there for the first time; until then there is nothing to work on. */
export function startAfterCalls(parts: AfterCallsParts): AfterCallsWork {
  const { keeping, log } = parts;
  let isClosed = false;
  let isBegun = false;
  const working = keeping.store.ready
    .then(() => {
      if (isClosed) return undefined;
      isBegun = true;
      return openWork(parts);
    })
    .catch((error: unknown) => {
      if (!isClosed) log.error('JOB_BUG', { error: String(error) });
      return undefined;
    });
  return {
    close: async () => {
      isClosed = true;
      // A store that has never been there may never come.
      if (isBegun) await (await working)?.close();
    },
  };
}

function callsOf(facts: readonly Fact[]): Iterable<CallName> {
  return new Map(facts.map(({ callSid, tenant }) => [`${tenant} ${callSid}`, { callSid, tenant }])).values();
}

async function openWork(parts: AfterCallsParts): Promise<AfterCalls> {
  const { brain, clock, environment, journalFolder, keeping, language, log, metrics } = parts;
  const { facts, store } = keeping;
  const [{ openAfterCalls }, { jobsDatabaseOf }, { MEDIA_LIMITS }, { TWILIO_MEDIA }] = await Promise.all([
    import('../jobs/after-calls.ts'),
    import('../jobs/embedded-database.ts'),
    import('../jobs/recording/fetch-media.ts'),
    import('../jobs/recording/media-source.ts'),
  ]);
  const inData = (folder: string): string => path.resolve(environment.KAV_DATA_DIR, folder);
  const { DATABASE_URL: connectionString } = environment;
  const after = openAfterCalls({
    db: store.db,
    engine:
      connectionString === undefined
        ? { kind: 'embedded', database: jobsDatabaseOf(store.db) }
        : { kind: 'postgres', connectionString },
    objects: await openObjects(environment, clock),
    fetcher: { source: TWILIO_MEDIA, limits: MEDIA_LIMITS, clock },
    authorizationOf: twilioAuthorization(environment),
    brain: () => brain,
    language: () => language,
    crm: crmSenderOf(environment, clock),
    retention: retentionOf(environment),
    eraseCopies: () => keeping.erased(),
    erasureKey: await erasureKeyOf(environment),
    node: facts.node,
    folders: { spool: inData('spool'), words: [journalFolder], recordings: [inData(RECORDINGS_FOLDER)] },
    clock,
    date: facts.date,
    log,
    metrics,
  });
  // What this misses while the database is away, or is closing, the next minute's look at it finds.
  keeping.onApplied((applied) => {
    for (const call of callsOf(applied.filter(mayBringDue)))
      after.applied(call).catch((error: unknown) => log.debug('JOBS_AWAY', { error: String(error) }));
  });
  return after;
}

/** Puts the work after calls together: recordings brought home, notes and leads, events for a CRM, retention, erasure. */
import path from 'node:path';
import { within } from '../call/within.ts';
import type { Clock } from '../core/clock.ts';
import type { CallName, Fact } from '../core/fact.ts';
import type { AfterCalls } from '../jobs/after-calls.ts';
import { mayBringDue } from '../jobs/requests.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Brain } from '../providers/contracts.ts';
import { crmSenderOf, retentionOf } from './after-calls-settings.ts';
import { LEDGERS_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';
import type { Door } from './errands/door.ts';
import type { Keeping } from './keeping.ts';
import { type Reach, reachOf } from './reach.ts';

/** How long an erasure waits for facts that are on their way. Those that come later are found again. */
const SETTLE_MS = 5_000;

export interface AfterCallsParts {
  readonly environment: Environment;
  readonly keeping: Keeping;
  /** The agent's chain. */
  readonly brain: Brain;
  readonly language: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What others ask of it. */
export type AfterCallsDesk = Pick<AfterCalls, 'erase' | 'redact'> & Pick<Reach, 'objects'>;

export interface AfterCallsWork {
  /** Undefined until the store has come for the first time. */
  readonly desk: AfterCallsDesk | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Begins when the store is there for the first time; until then there is nothing to work on. */
export function startAfterCalls(parts: AfterCallsParts): AfterCallsWork {
  const { keeping, log } = parts;
  let isClosed = false;
  let isBegun = false;
  let desk: AfterCallsDesk | undefined;
  const working = keeping.store.ready
    .then(() => {
      if (isClosed) return undefined;
      isBegun = true;
      return openWork(parts);
    })
    .then((work) => {
      desk = work?.desk;
      return work;
    })
    .catch((error: unknown) => {
      if (!isClosed) log.error('JOB_BUG', { error: String(error) });
      return undefined;
    });
  return {
    get desk() {
      return desk;
    },
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

interface Work {
  readonly desk: AfterCallsDesk;
  close(): Promise<void>;
}

async function openWork(parts: AfterCallsParts): Promise<Work> {
  const { brain, clock, environment, keeping, language, log, metrics } = parts;
  const { facts, store } = keeping;
  const [{ openAfterCalls }, { jobsDatabaseOf }, { onErasure }] = await Promise.all([
    import('../jobs/after-calls.ts'),
    import('../jobs/embedded-database.ts'),
    import('../jobs/erasure/announce.ts'),
  ]);
  const { DATABASE_URL: connectionString } = environment;
  const reach = await reachOf(environment, clock);
  const after = openAfterCalls({
    ...reach,
    db: store.db,
    engine:
      connectionString === undefined
        ? { kind: 'embedded', database: jobsDatabaseOf(store.db) }
        : { kind: 'postgres', connectionString },
    brain: () => brain,
    language: () => language,
    crm: crmSenderOf(environment, clock),
    retention: retentionOf(environment),
    eraseCopies: () => keeping.erased(),
    settled: () => within(keeping.settled(), SETTLE_MS, clock),
    node: facts.node,
    clock,
    date: facts.date,
    log,
    metrics,
  });
  // What these miss while the database is away, or is closing, the next minute's look at it finds.
  const away = (error: unknown): void => log.debug('JOBS_AWAY', { error: String(error) });
  keeping.onApplied((applied) => {
    for (const call of callsOf(applied.filter(mayBringDue))) after.applied(call).catch(away);
  });
  const forget = onErasure(store, (name) => void after.begin(name).catch(away));
  const door = connectionString === undefined ? openErrands(parts, after) : undefined;
  return {
    desk: { erase: after.erase, redact: after.redact, objects: reach.objects },
    close: async () => {
      forget();
      const closing = after.close();
      await (await door)?.close();
      await closing;
    },
  };
}

/** The embedded database is this process's alone, so it does for others what they want of it, once its jobs can. */
async function openErrands(
  { clock, environment, keeping, log }: AfterCallsParts,
  after: AfterCalls,
): Promise<Door | undefined> {
  const isReady = await after.jobs.ready.then(
    () => true,
    () => false,
  );
  if (!isReady) return undefined;
  const [{ openDoor }, { performErrand }] = await Promise.all([
    import('./errands/door.ts'),
    import('./errands/perform.ts'),
  ]);
  const { KAV_DATA_DIR: dataDir } = environment;
  const ledgers = path.resolve(dataDir, LEDGERS_FOLDER);
  const office = { store: keeping.store, clock, ledgers, erase: after.erase };
  return openDoor({ dataDir, perform: (errand, signal) => performErrand(office, errand, signal), clock, log });
}

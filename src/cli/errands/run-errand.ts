/** Has an errand done, wherever the store is: by the server that has it, or here. */
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { createRealClock } from '../../call/real-clock.ts';
import { ConfigError } from '../../core/errors.ts';
import type { AskedErasure, Person } from '../../jobs/erasure/request.ts';
import type { Log } from '../../observe/log.ts';
import { liveNodes } from '../../store/cluster/nodes.ts';
import { isFolderLocked } from '../../store/embedded/folder-lock.ts';
import type { Store } from '../../store/store.ts';
import { LEDGERS_FOLDER, STORE_FOLDER } from '../data-layout.ts';
import type { Environment } from '../environment.ts';
import { awaitAnswer, leaveErrand } from './door.ts';
import { eraseHere } from './erase-here.ts';
import type { Errand, ErrandAnswer } from './errand.ts';
import { performErrand } from './perform.ts';

/** Who is asking, for the audit. */
export const commandActor = (): string => `cli:${userInfo().username}`;

/** A person at a terminal waits for it: the proof's minute, and a server that has just been started. */
const ANSWER_MS = 90_000;
const CONNECT_MS = 15_000;

export interface ErrandRun {
  /** Undefined when a server has the errand and has not answered yet. */
  readonly answer: ErrandAnswer | undefined;
  /** By whom. */
  readonly by: 'this command' | 'the running server' | 'the nodes';
}

/** Throws `ConfigError` when there is no store to be had. */
export async function runErrand(environment: Environment, errand: Errand): Promise<ErrandRun> {
  if (environment.DATABASE_URL !== undefined) return await runOnPostgres(environment, environment.DATABASE_URL, errand);
  if (isFolderLocked(path.resolve(environment.KAV_DATA_DIR, STORE_FOLDER))) {
    const id = await leaveErrand(environment.KAV_DATA_DIR, errand);
    const answer = await awaitAnswer(environment.KAV_DATA_DIR, id, { clock: createRealClock(), withinMs: ANSWER_MS });
    return { answer, by: 'the running server' };
  }
  return await runOnEmbedded(environment, errand);
}

async function runOnPostgres(environment: Environment, databaseUrl: string, errand: Errand): Promise<ErrandRun> {
  const clock = createRealClock();
  const { openStore } = await import('../../store/store.ts');
  const store = openStore({ databaseUrl, clock, applicationName: 'kav-command', poolSize: 3 });
  try {
    await connected(store);
    const isServed = (await liveNodes(store.db)).length > 0;
    const erase = isServed
      ? (person: Person) => eraseByNodes(environment, store, person)
      : (person: Person) =>
          eraseHere({ environment, store, clock, node: nodeOf(environment), eraseCopies: noCopies }, person);
    const answer = await performErrand({ store, clock, ledgers: ledgersOf(environment), erase }, errand);
    return { answer, by: isServed && errand.kind === 'erase' ? 'the nodes' : 'this command' };
  } finally {
    await store.close();
  }
}

const noCopies = async () => ({});
const ledgersOf = ({ KAV_DATA_DIR }: Environment): string => path.resolve(KAV_DATA_DIR, LEDGERS_FOLDER);

/** The nodes have the bucket, Twilio's password and each its own disk: they are woken and do it. */
async function eraseByNodes(environment: Environment, store: Store, person: Person): Promise<AskedErasure> {
  const [{ erasureKeyOf }, { askForErasure }, { announceErasure }] = await Promise.all([
    import('../after-calls-settings.ts'),
    import('../../jobs/erasure/request.ts'),
    import('../../jobs/erasure/announce.ts'),
  ]);
  const asked = await askForErasure(store.db, await erasureKeyOf(environment), person);
  if (asked.status !== 'asked') return asked;
  await asked.mentions;
  announceErasure(store, asked);
  return asked;
}

async function connected(store: Store): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const problem = 'the database does not answer';
    const error = new ConfigError('DATABASE_URL', problem, 'See that it runs and can be reached from here.');
    timer = setTimeout(() => reject(error), CONNECT_MS);
  });
  try {
    await Promise.race([store.ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runOnEmbedded(environment: Environment, errand: Errand): Promise<ErrandRun> {
  const clock = createRealClock();
  const { openKeeping } = await import('../keeping.ts');
  const keeping = await openKeeping({ environment, clock, log: problemsOnly });
  const { facts, store } = keeping;
  try {
    await store.ready;
    await keeping.settled();
    const erasing = {
      environment,
      store,
      clock,
      node: facts.node,
      eraseCopies: () => keeping.erased(),
    };
    const erase = (person: Person) => eraseHere(erasing, person);
    return {
      answer: await performErrand({ store, clock, ledgers: ledgersOf(environment), erase }, errand),
      by: 'this command',
    };
  } finally {
    await keeping.close();
  }
}

const nodeOf = ({ KAV_NODE }: Environment): string => KAV_NODE ?? hostname();

/** A command's own output is its result. */
const problemsOnly: Log = {
  debug: () => {},
  info: () => {},
  warn: (event, { pii: _, ...fields } = {}) => console.error(`kav: ${event} ${JSON.stringify(fields)}`),
  error: (event, { pii: _, ...fields } = {}) => console.error(`kav: ${event} ${JSON.stringify(fields)}`),
  child: () => problemsOnly,
};

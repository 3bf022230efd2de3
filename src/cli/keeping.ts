/** What a server keeps of its calls: facts go into the ledger on this disk, and from there into the store. */
import { hostname } from 'node:os';
import path from 'node:path';
import type { FactSource } from '../call/call-facts.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigError, type LedgerError, StoreError } from '../core/errors.ts';
import type { Fact } from '../core/fact.ts';
import { type AdoptedLedgers, adoptLedgers, rewindOthers } from '../ledger/adopt.ts';
import type { Ledger } from '../ledger/contracts.ts';
import { realDisk } from '../ledger/disk/real-disk.ts';
import { type Drainer, openDrainer } from '../ledger/drainer.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Log } from '../observe/log.ts';
import { NO_COPIES } from '../store/engine.ts';
import type { Store, StoreNews } from '../store/store.ts';
import { LEDGERS_FOLDER, STORE_FOLDER } from './data-layout.ts';
import type { Environment } from './environment.ts';
import { callNamedIn } from './log-fields.ts';
import { SnapshotRound } from './snapshot-round.ts';

export interface Keeping {
  readonly facts: FactSource;
  readonly store: Store;
  readonly ledger: Ledger;
  /** Told of the facts that have become part of the store. */
  onApplied(listener: (facts: readonly Fact[]) => void): void;
  /**
   * Somebody's data was erased in the store: resolves when no copy and no fact on this disk holds it any more, with how many
   * copies went.
   */
  erased(): Promise<Readonly<Record<string, number>>>;
  /** Resolves when every fact that was told so far is in the store, for as long as that takes. */
  settled(): Promise<void>;
  /** Hands over to the store what it will take within a moment, and closes both. */
  close(): Promise<void>;
}

export interface KeepingOptions {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a process that ends waits for a store that takes its facts; the next one drains the rest. */
const LAST_DRAIN_MS = 5_000;
/** The embedded database shares the processor with the calls, and has no other reader than this process. */
const EMBEDDED_GATHER_MS = 1_000;

/** The store opens in the background: until it is there, and whenever it is away, facts wait in the ledger. */
export async function openKeeping({ clock, environment, log }: KeepingOptions): Promise<Keeping> {
  const { DATABASE_URL, KAV_DATA_DIR, KAV_NODE = hostname(), KAV_TENANT } = environment;
  const folder = path.resolve(KAV_DATA_DIR, LEDGERS_FOLDER);
  const onError = (error: LedgerError): void =>
    log.error('LEDGER_ERROR', { code: error.code, ...callNamedIn(error.message), error: error.message });
  // PostgreSQL has what it has; the embedded database may lose it with the power, but for its copies.
  const holds = DATABASE_URL === undefined;
  const ledgers = { folder, disk: realDisk, clock, onError, holds };
  const ledger = await openLedger({ ...ledgers, node: KAV_NODE }).catch(refuseFolder);
  const { openStore } = await import('../store/store.ts');
  // The store may ask for it before it is begun.
  const adoption = Promise.withResolvers<AdoptedLedgers | undefined>();
  const store = openStore({
    ...(DATABASE_URL === undefined ? {} : { databaseUrl: DATABASE_URL }),
    folder: path.resolve(KAV_DATA_DIR, STORE_FOLDER),
    clock,
    onNews: (news) => tell(news, log),
    onFactsLost: async () => {
      const adopted = await adoption.promise;
      await Promise.all([ledger.rewind(), adopted?.rewind()]);
      await rewindOthers(ledgers);
    },
  });
  const ending = Promise.withResolvers<void>();
  const listeners: ((facts: readonly Fact[]) => void)[] = [];
  const apply = createApply(store, log, ending.promise, (facts) => {
    for (const listener of listeners) listener(facts);
  });
  const drainer = openDrainer({
    backlog: ledger.backlog,
    apply,
    clock,
    onError,
    gatherMs: holds ? EMBEDDED_GATHER_MS : 0,
  });
  const round = holds ? new SnapshotRound({ clock, ledger, store, log, drained: () => drainer.drained() }) : undefined;
  const erased = async (): Promise<Readonly<Record<string, number>>> => {
    const { setAside, snapshots } = (await round?.renew()) ?? NO_COPIES;
    return { snapshots, old_databases: setAside };
  };
  const adopting = adoptLedgers({ ...ledgers, apply, beforeRemoval: async () => void (await erased()) });
  adopting.then(adoption.resolve, () => adoption.resolve(undefined)); // told by `onError`
  return {
    facts: { log: ledger, tenant: KAV_TENANT, node: KAV_NODE, date: () => new Date() },
    store,
    ledger,
    onApplied: (listener) => void listeners.push(listener),
    erased,
    settled: async () => {
      await ledger.flush();
      await drainer.drained();
    },
    close: () => close({ adopting, clock, drainer, giveUp: ending.resolve, ledger, round, store }),
  };
}

function refuseFolder(cause: unknown): never {
  const problem = `the ledger cannot be opened: ${cause instanceof Error ? cause.message : cause}`;
  throw new ConfigError('KAV_DATA_DIR', problem, 'Give a folder on a local disk that this user may write to.', cause);
}

function createApply(
  store: Store,
  log: Log,
  ending: Promise<void>,
  onApplied: (facts: readonly Fact[]) => void,
): (facts: readonly Fact[]) => Promise<void> {
  let wasReady = false;
  return async (facts) => {
    // A store that never opens must not keep the process from its end.
    if (!wasReady) await Promise.race([store.ready, ending]);
    wasReady = true;
    const { refused, unfit } = await store.apply(facts);
    onApplied(facts);
    for (const { callSid, key } of refused) log.warn('FACT_REFUSED', { call_sid: callSid, key, reason: 'moved' });
    const [first] = unfit;
    if (first)
      throw new StoreError({ code: 'store-failed', retryable: false }, `${first.key} does not fit: ${first.problem}`);
  };
}

function tell(news: StoreNews, log: Log): void {
  switch (news.type) {
    case 'store-ready':
      return log.info('STORE_READY', { kind: news.kind, ms: Math.round(news.ms) });
    case 'store-away':
      return log.error('STORE_AWAY', { kind: news.kind, reason: news.reason });
    case 'store-refused':
      return log.error('STORE_REFUSED', { kind: news.kind, reason: news.error.message });
    case 'store-rebuilt':
      return log.error('STORE_REBUILT', { moved_to: news.movedTo, problem: news.problem });
  }
}

interface Closing {
  readonly adopting: Promise<AdoptedLedgers>;
  readonly clock: Clock;
  readonly drainer: Drainer;
  /** Whoever waits for a store that has never been ready waits no longer. */
  readonly giveUp: () => void;
  readonly ledger: Ledger;
  readonly round: SnapshotRound | undefined;
  readonly store: Store;
}

async function close({ adopting, clock, drainer, giveUp, ledger, round, store }: Closing): Promise<void> {
  await ledger.flush();
  let disarm = () => {};
  const late = new Promise<void>((resolve) => {
    disarm = clock.at(clock.now() + LAST_DRAIN_MS, resolve);
  });
  await Promise.race([drainer.drained(), late]);
  disarm();
  giveUp();
  const adopted = await adopting.catch(() => undefined); // told by `onError`
  await Promise.all([adopted?.close(), drainer.close()]);
  await round?.close();
  await ledger.close();
  await store.close();
}

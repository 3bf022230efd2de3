/** Errands, done by whoever has the store open: a server, or the command itself where there is none. */
import type { Clock } from '../../core/clock.ts';
import { StoreError } from '../../core/errors.ts';
import type { Fact } from '../../core/fact.ts';
import { type ErasureProof, isProven, proveErasure } from '../../jobs/erasure/proof.ts';
import type { AskedErasure, Person } from '../../jobs/erasure/request.ts';
import { nameOf } from '../../jobs/run-job.ts';
import { realDisk } from '../../ledger/disk/real-disk.ts';
import { listRefused, siftRefused } from '../../ledger/refused-facts.ts';
import type { ErasureName } from '../../store/after-calls/erasures.ts';
import type { Store } from '../../store/store.ts';
import type { Errand, ErrandAnswer, ErrandOf } from './errand.ts';

/** A right to be forgotten within a minute is kept within a minute, or it is said what is missing. */
const PROOF_MS = 60_000;
const LOOK_EVERY_MS = 250;

export interface Office {
  readonly store: Store;
  readonly clock: Clock;
  /** The folder of all ledgers. */
  readonly ledgers: string;
  /** Resolves when the number is in no column any more, and the rest is under way. */
  erase(person: Person): Promise<AskedErasure>;
}

export interface RetryReport {
  readonly applied: readonly string[];
  readonly refused: readonly { readonly id: string; readonly problem: string }[];
}

/** Rejects with `StoreError` while the store is away, and when it is aborted. */
export function performErrand(office: Office, errand: Errand, signal?: AbortSignal): Promise<ErrandAnswer> {
  return errand.kind === 'erase' ? performErase(office, errand, signal) : performRetry(office, errand);
}

async function performErase(
  office: Office,
  { kind: _, ...person }: ErrandOf<'erase'>,
  signal: AbortSignal | undefined,
): Promise<ErrandAnswer> {
  const asked = await office.erase(person);
  if (asked.status === 'office-number') {
    return {
      ok: false,
      problem: 'several people have called this number: it is one of your own, and nothing was erased',
    };
  }
  await asked.mentions;
  return { ok: true, result: await awaitProof(office, asked, signal) };
}

async function awaitProof({ clock, store }: Office, name: ErasureName, signal?: AbortSignal): Promise<ErasureProof> {
  for (const until = clock.now() + PROOF_MS; ; ) {
    signal?.throwIfAborted();
    const proof = await proveErasure(store.db, name);
    if (proof && (isProven(proof) || clock.now() >= until)) return proof;
    await new Promise<void>((resolve) => clock.at(clock.now() + LOOK_EVERY_MS, resolve));
  }
}

/** Resolves with what is wrong with it. */
async function applyAgain(store: Store, fact: Fact): Promise<string | undefined> {
  try {
    return (await store.apply([fact])).unfit[0]?.problem;
  } catch (error) {
    if (error instanceof StoreError && error.retryable) throw error;
    return nameOf(error);
  }
}

/** One fact at a time, so that one that is refused again keeps no other out. */
async function performRetry({ ledgers, store }: Office, { ids }: ErrandOf<'retry'>): Promise<ErrandAnswer> {
  const applied: string[] = [];
  const refused: { id: string; problem: string }[] = [];
  for (const { fact, id } of await listRefused(realDisk, ledgers)) {
    if (!fact || (ids.length > 0 && !ids.includes(id))) continue;
    const problem = await applyAgain(store, fact);
    if (problem === undefined) applied.push(id);
    else refused.push({ id, problem });
  }
  await siftRefused(realDisk, ledgers, ({ id }) => !applied.includes(id));
  return { ok: true, result: { applied, refused } satisfies RetryReport };
}

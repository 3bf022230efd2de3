/**
 * Makes facts part of the store. The row in `events` is the guard: what a fact brings about is written in the same
 * transaction, and only for a fact that was not there.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Fact } from '../../core/fact.ts';
import { isContention, isOfTheData } from '../failures.ts';
import { appendToOutbox } from '../outbox.ts';
import type { Schema } from '../schema.ts';
import { isStale } from './call-state.ts';
import { cleanFact } from './clean.ts';
import { loadCalls } from './load-calls.ts';
import { project } from './project.ts';
import { recordEvents } from './record-events.ts';

export interface FactName {
  readonly tenant: string;
  readonly callSid: string;
  readonly key: string;
}

export interface AppliedFacts {
  /** New, and part of the store now. */
  readonly applied: number;
  /** Part of the store before. */
  readonly duplicates: number;
  /** Told by a node that had lost the call to another. Not to be told again. */
  readonly refused: readonly FactName[];
  /** The database cannot hold them, whatever they are: they are the only ones that are not in the store. */
  readonly unfit: readonly (FactName & { readonly problem: string })[];
  /** Whose live events have grown. */
  readonly tenants: readonly string[];
}

/** Larger batches go in several transactions, so that none takes longer than a statement may. */
const MOST_FACTS = 500;
const MOST_TRIES = 4;
const NONE: AppliedFacts = { applied: 0, duplicates: 0, refused: [], unfit: [], tenants: [] };

/** Rejects with `StoreError`, with nothing of the failed transaction in the store; the same facts may come again. */
export async function applyFacts(db: Kysely<Schema>, facts: readonly Fact[]): Promise<AppliedFacts> {
  let total = NONE;
  for (let from = 0; from < facts.length; from += MOST_FACTS) {
    total = add(total, await applyBatch(db, facts.slice(from, from + MOST_FACTS).map(cleanFact)));
  }
  return total;
}

/** One fact that the database cannot hold must not keep the others out: then each goes alone. */
async function applyBatch(db: Kysely<Schema>, facts: readonly Fact[]): Promise<AppliedFacts> {
  try {
    return await inTransaction(db, facts);
  } catch (error) {
    if (!isOfTheData(error)) throw error;
    const [only] = facts;
    if (facts.length === 1 && only) return { ...NONE, unfit: [{ ...nameOf(only), problem: String(error) }] };
  }
  let total = NONE;
  for (const fact of facts) total = add(total, await applyBatch(db, [fact]));
  return total;
}

async function inTransaction(db: Kysely<Schema>, facts: readonly Fact[]): Promise<AppliedFacts> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute((trx) => applyTo(trx, facts));
    } catch (error) {
      if (!isContention(error) || attempt === MOST_TRIES) throw error;
    }
  }
}

async function applyTo(trx: Transaction<Schema>, facts: readonly Fact[]): Promise<AppliedFacts> {
  const calls = await loadCalls(trx, facts);
  const [stale, told] = partition(facts, (fact) => isStale(fact, calls.fenceOf(fact)));
  const recorded = await recordEvents(trx, told);
  await project(trx, calls, recorded);
  const tenants = await appendToOutbox(
    trx,
    recorded.map(({ fact, key }) => ({ tenant: fact.tenant, topic: fact.type, callSid: fact.callSid, eventKey: key })),
  );
  return {
    applied: recorded.length,
    duplicates: told.length - recorded.length,
    refused: stale.map(nameOf),
    unfit: [],
    tenants,
  };
}

function nameOf({ tenant, callSid, key }: Fact): FactName {
  return { tenant, callSid, key };
}

function add(a: AppliedFacts, b: AppliedFacts): AppliedFacts {
  return {
    applied: a.applied + b.applied,
    duplicates: a.duplicates + b.duplicates,
    refused: [...a.refused, ...b.refused],
    unfit: [...a.unfit, ...b.unfit],
    tenants: [...new Set([...a.tenants, ...b.tenants])],
  };
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

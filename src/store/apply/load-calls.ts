import type { Transaction } from 'kysely';
import type { Fact } from '../../core/fact.ts';
import type { Schema } from '../schema.ts';
import { type CallRow, foldFact, isOwners } from './call-state.ts';
import { timeOf, whole } from './clean.ts';

/** The calls that a batch is about, each locked until the transaction ends. */
export interface LoadedCalls {
  rowOf(fact: Fact): CallRow;
  fold(fact: Fact): CallRow;
  /** The highest fence that is known of the fact's call, in the store or in this batch. */
  fenceOf(fact: Fact): number;
  rows(): readonly CallRow[];
}

/**
 * Makes the rows that are missing (a fact may come before its call's first), and locks all in one order, in which two
 * batches cannot wait for each other.
 */
export async function loadCalls(trx: Transaction<Schema>, facts: readonly Fact[]): Promise<LoadedCalls> {
  const names = new Map(facts.map((fact) => [nameOf(fact), fact]));
  const first = [...names.keys()].sort().map((name) => names.get(name)!);
  const tenants = [...new Set(first.map(({ tenant }) => tenant))];
  await trx
    .insertInto('tenants')
    .values(tenants.map((tenant) => ({ tenant })))
    .onConflict((oc) => oc.doNothing())
    .execute();
  await trx
    .insertInto('calls')
    .values(first.map(({ tenant, callSid, at }) => ({ tenant, call_sid: callSid, opened_at: timeOf(at) })))
    .onConflict((oc) => oc.doNothing())
    .execute();
  const rows = await trx
    .selectFrom('calls')
    .selectAll()
    .where((eb) =>
      eb(
        eb.refTuple('tenant', 'call_sid'),
        'in',
        first.map(({ tenant, callSid }) => eb.tuple(tenant, callSid)),
      ),
    )
    .orderBy('tenant')
    .orderBy('call_sid')
    .forUpdate()
    .execute();
  return hold(rows, facts);
}

function hold(rows: readonly CallRow[], facts: readonly Fact[]): LoadedCalls {
  const calls = new Map(rows.map((row) => [`${row.tenant}\n${row.call_sid}`, row]));
  const fences = new Map(rows.map((row) => [`${row.tenant}\n${row.call_sid}`, row.fence]));
  for (const fact of facts.filter(isOwners)) {
    fences.set(nameOf(fact), Math.max(fences.get(nameOf(fact))!, whole(fact.fence)));
  }
  return {
    rowOf: (fact) => calls.get(nameOf(fact))!,
    fold: (fact) => {
      const next = foldFact(calls.get(nameOf(fact))!, fact);
      calls.set(nameOf(fact), next);
      return next;
    },
    fenceOf: (fact) => fences.get(nameOf(fact))!,
    rows: () => [...calls.values()],
  };
}

function nameOf({ tenant, callSid }: Fact): string {
  return `${tenant}\n${callSid}`;
}

import { isDeepStrictEqual } from 'node:util';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import type { CallRow } from './call-state.ts';
import type { LoadedCalls } from './load-calls.ts';
import type { Recorded } from './recorded.ts';

export async function saveCalls(
  trx: Transaction<Schema>,
  calls: LoadedCalls,
  recorded: readonly Recorded[],
): Promise<void> {
  const before = new Map(recorded.map(({ fact }) => [calls.rowOf(fact), fact]));
  for (const { fact } of recorded) calls.fold(fact);
  const touched: CallRow[] = [];
  for (const [old, fact] of before) {
    const row = calls.rowOf(fact);
    if (isDeepStrictEqual(row, old)) {
      touched.push(row);
      continue;
    }
    await saveCall(trx, row);
    const isNewLeg = row.account_sid !== old.account_sid || row.ended_at?.getTime() !== old.ended_at?.getTime();
    if (isNewLeg) await saveCallersLeg(trx, row);
  }
  await touchCalls(trx, touched);
}

/** Of a call that is spoken on, nothing changes in its row but when it was last heard of: one statement for all. */
async function touchCalls(trx: Transaction<Schema>, rows: readonly CallRow[]): Promise<void> {
  if (rows.length === 0) return;
  const names = rows.map(({ tenant, call_sid }) => ({ tenant, call_sid }));
  await trx
    .updateTable('calls')
    .set({ touched_at: sql`now()` })
    .where((eb) =>
      eb(
        eb.refTuple('tenant', 'call_sid'),
        'in',
        names.map(({ tenant, call_sid }) => eb.tuple(tenant, call_sid)),
      ),
    )
    .execute();
}

async function saveCall(trx: Transaction<Schema>, row: CallRow): Promise<void> {
  const { tenant, call_sid, ...columns } = row;
  await trx
    .updateTable('calls')
    .set({ ...columns, touched_at: sql`now()` })
    .where('tenant', '=', tenant)
    .where('call_sid', '=', call_sid)
    .execute();
}

/** The caller's own leg lasts as long as the call. */
async function saveCallersLeg(trx: Transaction<Schema>, row: CallRow): Promise<void> {
  const { tenant, call_sid, from_number, opened_at, ended_at } = row;
  const times = { number: from_number, started_at: opened_at, answered_at: opened_at, ended_at };
  await trx
    .insertInto('legs')
    .values({ tenant, call_sid, leg_sid: call_sid, role: 'caller', ...times })
    .onConflict((oc) => oc.columns(['tenant', 'call_sid', 'leg_sid']).doUpdateSet(times))
    .execute();
}

/** What calls cost, as their facts tell it. Without a price list they tell nothing. */
import { sql } from 'kysely';
import type { CallCost } from '../../core/cost.ts';
import type { Db } from '../schema.ts';

/** Of all streams of a call. */
export async function readCallCosts(db: Db, tenant: string, callSid: string): Promise<readonly CallCost[]> {
  const rows = await db
    .selectFrom('events')
    .select('fact')
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .where('type', '=', 'cost')
    .where(sql<boolean>`not fact ? 'erased'`)
    .orderBy('at')
    .execute();
  return rows.map(({ fact }) => fact as unknown as CallCost);
}

export interface Spend {
  readonly currency: string;
  readonly today: number;
  readonly month: number;
}

/** In the currency of the newest call that has a price; undefined when none of the month has one. */
export async function readSpend(
  db: Db,
  tenant: string,
  { day, month }: { readonly day: Date; readonly month: Date },
): Promise<Spend | undefined> {
  const { rows } = await sql<Spend>`
    select fact ->> 'currency' as currency,
      coalesce(sum((fact ->> 'total')::float8) filter (where at >= ${day}), 0) as today,
      sum((fact ->> 'total')::float8) as month
    from events
    where tenant = ${tenant} and type = 'cost' and at >= ${month} and fact ? 'total'
    group by 1 order by max(at) desc limit 1`.execute(db);
  return rows[0];
}

/** How a tenant's day goes. */
import { sql } from 'kysely';
import type { Db } from '../schema.ts';

export interface Today {
  readonly calls: number;
  /** Calls with at least one turn of the agent. */
  readonly answered: number;
  /** By the hours since the begin of the day, 24 of them. */
  readonly byHour: readonly number[];
  readonly leads: number;
  readonly callbacksDue: number;
}

export async function readToday(
  db: Db,
  tenant: string,
  { openStages, since }: { readonly since: Date; readonly openStages: readonly string[] },
): Promise<Today> {
  const hours = await sql<{ hour: number; calls: number; answered: number }>`
    select least(23, greatest(0, floor(extract(epoch from c.opened_at - ${since}::timestamptz) / 3600)))::integer as hour,
      count(*) as calls,
      count(*) filter (where exists (
        select from turns t where t.tenant = c.tenant and t.call_sid = c.call_sid and t.who = 'agent')) as answered
    from calls c
    where c.tenant = ${tenant} and c.opened_at >= ${since}
    group by 1`.execute(db);
  const { rows } = await sql<{ leads: number; callbacksDue: number }>`
    select (select count(*) from leads where tenant = ${tenant} and created_at >= ${since}) as leads,
      (select count(*) from leads where tenant = ${tenant} and call_back_at <= now()
        and stage = any(${openStages}::text[])) as "callbacksDue"`.execute(db);
  const byHour = Array.from({ length: 24 }, (_, hour) => hours.rows.find((row) => row.hour === hour)?.calls ?? 0);
  const sum = (name: 'calls' | 'answered') => hours.rows.reduce((total, row) => total + row[name], 0);
  return { calls: sum('calls'), answered: sum('answered'), byHour, ...rows[0]! };
}

/** Calls that have a stream, by the node that has them, when it lives. */
export async function countLiveCalls(db: Db, tenant: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ node: string; calls: number }>`
    select c.node, count(*) as calls
    from calls c join nodes n on n.node = c.node and n.lease_until > now()
    where c.tenant = ${tenant} and c.state = 'streaming'
    group by c.node`.execute(db);
  return new Map(rows.map(({ calls, node }) => [node, calls]));
}

/** Calls in which the agent was heard; more than a handful are not counted. */
export async function countAnsweredCalls(db: Db, tenant: string): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    select count(*) as calls from (
      select 1 from turns where tenant = ${tenant} and who = 'agent' limit 10) heard`.execute(db);
  return rows[0]!.calls;
}

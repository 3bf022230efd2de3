/** What is kept for how long, by tenant. */
import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import type { Counts } from './counts.ts';
import { eraseTranscripts } from './erase-calls.ts';

export interface RetentionDays {
  /** Undefined: for ever. */
  readonly recordings: number | undefined;
  readonly transcripts: number | undefined;
}

export interface TenantRetention extends RetentionDays {
  readonly tenant: string;
}

/** All tenants, with the operator's own days where they have none. */
export async function readRetention(db: Db, byDefault: RetentionDays): Promise<readonly TenantRetention[]> {
  const rows = await db
    .selectFrom('tenants as t')
    .leftJoin('retention as r', 'r.tenant', 't.tenant')
    .select(['t.tenant', 'r.recording_days', 'r.transcript_days'])
    .execute();
  return rows.map(({ tenant, recording_days, transcript_days }) => ({
    tenant,
    recordings: recording_days ?? byDefault.recordings,
    transcripts: transcript_days ?? byDefault.transcripts,
  }));
}

/** Null goes back to the operator's own days. */
export async function setRetention(
  db: Db,
  tenant: string,
  days: { readonly recordings: number | null; readonly transcripts: number | null },
): Promise<void> {
  const values = { recording_days: days.recordings, transcript_days: days.transcripts };
  await db
    .insertInto('retention')
    .values({ tenant, ...values })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet(values))
    .execute();
}

/** Calls that ended before then and still have a recording, the oldest first. */
export async function callsWithOldRecordings(
  db: Db,
  tenant: string,
  before: Date,
  most: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('calls as c')
    .select('c.call_sid')
    .where('c.tenant', '=', tenant)
    .where('c.state', '=', 'ended')
    .where('c.opened_at', '<', before)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('recordings as r')
          .select('r.recording_id')
          .whereRef('r.tenant', '=', 'c.tenant')
          .whereRef('r.call_sid', '=', 'c.call_sid'),
      ),
    )
    .orderBy('c.opened_at')
    .limit(most)
    .execute();
  return rows.map(({ call_sid }) => call_sid);
}

export async function forgetRecordings(db: Db, tenant: string, callSids: readonly string[]): Promise<number> {
  return await db.transaction().execute(async (trx) => {
    const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
    await sql`delete from stored_recordings where ${ofCalls}`.execute(trx);
    await sql`delete from recording_segments where ${ofCalls}`.execute(trx);
    return Number((await sql`delete from recordings where ${ofCalls}`.execute(trx)).numAffectedRows ?? 0);
  });
}

/** Calls that ended before then and still have words, the oldest first. */
export async function callsWithOldWords(
  db: Db,
  tenant: string,
  before: Date,
  most: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ call_sid: string }>`
    select c.call_sid from calls c
    where c.tenant = ${tenant} and c.state = 'ended' and c.opened_at < ${before}
      and exists (
        select from events e
        where e.tenant = c.tenant and e.call_sid = c.call_sid and not e.fact ? 'erased'
      )
    order by c.opened_at limit ${most}
  `.execute(db);
  return rows.map(({ call_sid }) => call_sid);
}

export async function forgetWords(db: Db, tenant: string, callSids: readonly string[]): Promise<Counts> {
  return await db.transaction().execute(async (trx) => {
    const counts: Counts = {};
    await eraseTranscripts(trx, tenant, callSids, counts);
    return counts;
  });
}

/** Those of these calls whose words are gone from the store, in whichever tenant: their files have outlived them. */
export async function callsWithoutWords(db: Db, callSids: readonly string[]): Promise<readonly string[]> {
  if (callSids.length === 0) return [];
  const { rows } = await sql<{ call_sid: string }>`
    select e.call_sid from events e
    where e.call_sid in (${sql.join(callSids)})
    group by e.tenant, e.call_sid having bool_and(e.fact ? 'erased')
  `.execute(db);
  return rows.map(({ call_sid }) => call_sid);
}

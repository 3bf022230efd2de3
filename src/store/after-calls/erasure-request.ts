/**
 * The beginning of an erasure: whoever is meant is looked up by number once, and the number goes at once. What is left to
 * the job is named by calls, so that neither the job nor the row of the erasure holds the number.
 */
import { sql } from 'kysely';
import { type Db, toJson } from '../schema.ts';
import { ensureTenant } from '../sql.ts';
import { addTo, type Counts } from './counts.ts';

export interface ErasureRequest {
  readonly tenant: string;
  /** E.164. */
  readonly number: string;
  readonly erasureId: string;
  /** HMAC-SHA256 of the number under a key that is not in the database. */
  readonly subjectHash: string;
  /** Who asked, as the audit names people. */
  readonly actor: string;
}

/** Resolves with the number of calls that were this person's, or in which the number was given as theirs. */
export async function requestErasure(db: Db, request: ErasureRequest): Promise<number> {
  const { tenant, number, erasureId, subjectHash, actor } = request;
  return await db.transaction().execute(async (trx) => {
    await ensureTenant(trx, tenant);
    const callSids = await callsOf(trx, tenant, number);
    const counts: Counts = {};
    await forgetNumber(trx, request, counts);
    const row = { tenant, erasure_id: erasureId, subject_hash: subjectHash, requested_by: actor };
    await trx
      .insertInto('erasures')
      .values({ ...row, call_sids: toJson(callSids), carrier_recordings: '[]', report: toJson(counts) })
      .execute();
    const details = toJson({ erasure: erasureId, calls: callSids.length });
    await trx
      .insertInto('audit')
      .values({ tenant, actor, action: 'erasure-requested', subject: subjectHash, details })
      .execute();
    return callSids.length;
  });
}

export interface RedactionRequest {
  readonly tenant: string;
  readonly callSid: string;
  readonly erasureId: string;
  /** HMAC-SHA256 of the CallSid under a key that is not in the database. */
  readonly subjectHash: string;
  readonly actor: string;
}

/** The words, journal and recording of one call are to go; whose it was, and what the office made of it, stays. */
export async function requestRedaction(db: Db, request: RedactionRequest): Promise<void> {
  const { tenant, callSid, erasureId, subjectHash, actor } = request;
  await db.transaction().execute(async (trx) => {
    const row = {
      tenant,
      erasure_id: erasureId,
      subject_hash: subjectHash,
      requested_by: actor,
      kind: 'words',
    } as const;
    await trx
      .insertInto('erasures')
      .values({ ...row, call_sids: toJson([callSid]), carrier_recordings: '[]', report: '{}' })
      .execute();
    const details = toJson({ erasure: erasureId });
    await trx
      .insertInto('audit')
      .values({ tenant, actor, action: 'call-redacted', subject: callSid, details })
      .execute();
  });
}

/**
 * Calls with this number at either end, and calls in which it was given as the number to call back. Where somebody else
 * only said it in passing, see `eraseMentions`.
 */
async function callsOf(db: Db, tenant: string, number: string): Promise<readonly string[]> {
  const { rows } = await sql<{ call_sid: string }>`
    select call_sid from calls
      where tenant = ${tenant} and ${number} in (from_number, to_number, contact_number)
    union select call_sid from legs where tenant = ${tenant} and number = ${number}
    union select call_sid from leads
      where tenant = ${tenant} and call_sid is not null and ${number} in (contact_number, phone)
    union select call_sid from appointments where tenant = ${tenant} and call_sid is not null and phone = ${number}
  `.execute(db);
  return rows.map(({ call_sid }) => call_sid);
}

/** Every column that holds a number, and what hangs on it without a call. */
async function forgetNumber(trx: Db, request: ErasureRequest, counts: Counts): Promise<void> {
  const { tenant, number } = request;
  const rows = async (table: string, statement: ReturnType<typeof sql>): Promise<void> => {
    addTo(counts, table, Number((await statement.execute(trx)).numAffectedRows ?? 0));
  };
  const leads = sql`select lead_id from leads where tenant = ${tenant} and ${number} in (contact_number, phone)`;
  await rows(
    'appointments',
    sql`delete from appointments where tenant = ${tenant} and (phone = ${number} or lead_id in (${leads}))`,
  );
  await rows('leads', sql`delete from leads where tenant = ${tenant} and ${number} in (contact_number, phone)`);
  await rows('legs', sql`update legs set number = null where tenant = ${tenant} and number = ${number}`);
  await rows(
    'calls',
    sql`update calls set
          from_number = nullif(from_number, ${number}),
          to_number = nullif(to_number, ${number}),
          contact_number = nullif(contact_number, ${number})
        where tenant = ${tenant} and ${number} in (from_number, to_number, contact_number)`,
  );
  await rows('contacts', sql`delete from contacts where tenant = ${tenant} and number = ${number}`);
  await rows(
    'audit',
    sql`update audit set subject = null, details = null
        where tenant = ${tenant} and (subject = ${number} or position(${number} in details::text) > 0)`,
  );
}

/** Whether different people have called this number: then it is one of the office's own. */
export async function isOfficeNumber(db: Db, tenant: string, number: string): Promise<boolean> {
  const { rows } = await sql<{ callers: number }>`
    select count(*)::int as callers from (
      select distinct from_number from calls where tenant = ${tenant} and to_number = ${number} limit 2
    ) as of_two`.execute(db);
  return rows[0]!.callers > 1;
}

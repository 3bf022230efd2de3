/** Takes everything out of calls that was said in them or tells whose they were; that there was a call remains. */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../schema.ts';
import { addTo, type Counts } from './counts.ts';

/**
 * The events stay, without what they tell: a fact that is told anew, from a journal that another node still had, is
 * known by its key and changes nothing. Erasing what is erased counts nothing.
 */
export async function eraseCalls(trx: Db, tenant: string, callSids: readonly string[]): Promise<Counts> {
  const counts: Counts = {};
  if (callSids.length === 0) return counts;
  const rows = async (table: string, statement: RawBuilder<unknown>): Promise<void> => {
    addTo(counts, table, Number((await statement.execute(trx)).numAffectedRows ?? 0));
  };
  const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
  const leads = sql`select lead_id from leads where ${ofCalls}`;
  await eraseTranscripts(trx, tenant, callSids, counts);
  await rows(
    'appointments',
    sql`delete from appointments where (${ofCalls}) or (tenant = ${tenant} and lead_id in (${leads}))`,
  );
  await rows('leads', sql`delete from leads where ${ofCalls}`);
  await rows('stored_recordings', sql`delete from stored_recordings where ${ofCalls}`);
  await rows('recording_segments', sql`delete from recording_segments where ${ofCalls}`);
  await rows('recordings', sql`delete from recordings where ${ofCalls}`);
  const contacts = await contactsOf(trx, ofCalls);
  await rows('legs', sql`update legs set number = null where ${ofCalls} and number is not null`);
  const number = sql`from_number is not null or contact_number is not null`;
  await rows('calls', sql`update calls set from_number = null, contact_number = null where ${ofCalls} and (${number})`);
  if (contacts.length > 0) {
    const ofContacts = sql`tenant = ${tenant} and number in (${sql.join(contacts)})`;
    await sql`update contacts set heard_name = null where ${ofContacts}`.execute(trx);
    // Whoever has called again since is a contact again, by that call.
    await rows(
      'contacts',
      sql`delete from contacts o where o.tenant = ${tenant} and o.number in (${sql.join(contacts)})
          and not exists (select from calls c where c.tenant = o.tenant and c.contact_number = o.number)
          and not exists (select from leads l where l.tenant = o.tenant and l.contact_number = o.number)`,
    );
  }
  return counts;
}

async function contactsOf(trx: Db, ofCalls: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ contact_number: string }>`
    select distinct contact_number from calls where ${ofCalls} and contact_number is not null
  `.execute(trx);
  return rows.map(({ contact_number }) => contact_number);
}

/** The words alone: what was said, noted and told to tools. */
export async function eraseTranscripts(
  trx: Db,
  tenant: string,
  callSids: readonly string[],
  counts: Counts,
): Promise<void> {
  const rows = async (table: string, statement: RawBuilder<unknown>): Promise<void> => {
    addTo(counts, table, Number((await statement.execute(trx)).numAffectedRows ?? 0));
  };
  const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
  const bare = sql`jsonb_build_object('type', type, 'erased', true)`;
  await rows('turns', sql`delete from turns where ${ofCalls}`);
  await rows('tool_effects', sql`delete from tool_effects where ${ofCalls}`);
  await rows('call_notes', sql`delete from call_notes where ${ofCalls}`);
  await rows('events', sql`update events set fact = ${bare} where ${ofCalls} and fact <> ${bare}`);
  // One that is on its way is still to be carried out.
  const isOver = sql`(answered_at is not null or expires_at < now())`;
  await rows('commands', sql`delete from commands where ${ofCalls} and ${isOver}`);
  await rows('outbox', sql`update outbox set payload = null where ${ofCalls} and payload is not null`);
}

/** The words and the recordings of calls, and nothing of whose they were. */
export async function eraseWords(trx: Db, tenant: string, callSids: readonly string[]): Promise<Counts> {
  const counts: Counts = {};
  if (callSids.length === 0) return counts;
  await eraseTranscripts(trx, tenant, callSids, counts);
  const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
  for (const table of ['stored_recordings', 'recording_segments', 'recordings']) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${ofCalls}`.execute(trx);
    addTo(counts, table, Number(numAffectedRows ?? 0));
  }
  return counts;
}

export async function haveWordsReturned(db: Db, tenant: string, callSids: readonly string[]): Promise<boolean> {
  if (callSids.length === 0) return false;
  const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from events where ${ofCalls} and not fact ? 'erased')
        or exists (select from call_notes where ${ofCalls})
        or exists (select from recordings where ${ofCalls}) as found
  `.execute(db);
  return rows[0]!.found;
}

/** Calls that were erased and hold something again: a fact came late, or the call was not over. */
export async function hasReturned(db: Db, tenant: string, callSids: readonly string[]): Promise<boolean> {
  if (callSids.length === 0) return false;
  const ofCalls = sql`tenant = ${tenant} and call_sid in (${sql.join(callSids)})`;
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from events where ${ofCalls} and not fact ? 'erased')
        or exists (select from leads where ${ofCalls})
        or exists (select from call_notes where ${ofCalls})
        or exists (select from stored_recordings where ${ofCalls})
        or exists (select from calls where ${ofCalls} and (from_number is not null or contact_number is not null))
        as found
  `.execute(db);
  return rows[0]!.found;
}

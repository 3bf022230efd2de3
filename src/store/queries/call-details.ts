/** What one call brought about, for its page. */
import { type Selectable, sql } from 'kysely';
import type { Db, StreamsTable, ToolEffectsTable, TurnsTable } from '../schema.ts';
import { listStreams, listToolEffects, listTurns } from './calls.ts';
import { type CallRecordings, readCallRecordings } from './recordings.ts';

export interface CallDetails {
  readonly turns: readonly Selectable<TurnsTable>[];
  readonly tools: readonly Selectable<ToolEffectsTable>[];
  readonly streams: readonly Selectable<StreamsTable>[];
  readonly recordings: CallRecordings;
  readonly lead: { readonly leadId: string; readonly slots: Readonly<Record<string, string>> } | undefined;
  /** When its words were first told to go. */
  readonly redactedAt: Date | null;
}

export async function readCallDetails(db: Db, tenant: string, callSid: string): Promise<CallDetails> {
  const lead = await db
    .selectFrom('leads')
    .select(['lead_id as leadId', 'slots'])
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .executeTakeFirst();
  return {
    turns: await listTurns(db, tenant, callSid),
    tools: await listToolEffects(db, tenant, callSid),
    streams: await listStreams(db, tenant, callSid),
    recordings: await readCallRecordings(db, tenant, callSid),
    lead,
    redactedAt: await redactedAt(db, tenant, callSid),
  };
}

/** When the words of a call were first told to go; null when they were not. */
export async function redactedAt(db: Db, tenant: string, callSid: string): Promise<Date | null> {
  const redacted = await db
    .selectFrom('erasures')
    .select((eb) => eb.fn.min('requested_at').as('at'))
    .where('tenant', '=', tenant)
    .where(sql<boolean>`call_sids ? ${callSid}`)
    .executeTakeFirst();
  return redacted?.at ?? null;
}

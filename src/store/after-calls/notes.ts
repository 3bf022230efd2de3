/** The summary of a call and the fields that a model has noted. */
import { sql } from 'kysely';
import { firstStage } from '../apply/first-stage.ts';
import { type Db, toJson } from '../schema.ts';
import { isErased } from './erased.ts';

/** What the brain may see of a turn. */
export interface NotedTurn {
  readonly who: 'caller' | 'agent' | 'operator';
  readonly text: string;
  readonly interrupted: boolean;
}

export interface NotedCall {
  readonly callSid: string;
  readonly language: string | undefined;
  readonly turns: readonly NotedTurn[];
  /** What the call gathered; undefined when it gathered nothing. */
  readonly gathered:
    | {
        readonly flow: string;
        readonly status: 'completed' | 'abandoned';
        readonly slots: Readonly<Record<string, string>>;
      }
    | undefined;
  readonly isNoted: boolean;
}

/** Undefined when there is no such call, or it is not over. */
export async function readCallToNote(db: Db, tenant: string, callSid: string): Promise<NotedCall | undefined> {
  const call = await db
    .selectFrom('calls as c')
    .leftJoin('call_notes as n', (join) =>
      join.onRef('n.tenant', '=', 'c.tenant').onRef('n.call_sid', '=', 'c.call_sid'),
    )
    .select(['c.language', 'c.state', 'n.noted_at'])
    .where('c.tenant', '=', tenant)
    .where('c.call_sid', '=', callSid)
    .executeTakeFirst();
  if (call?.state !== 'ended') return undefined;
  const turns = await db
    .selectFrom('turns')
    .select(['who', 'heard as text', 'interrupted'])
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('turn_index')
    .execute();
  const gathered = await db
    .selectFrom('leads')
    .select(['flow', 'status', 'slots'])
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .executeTakeFirst();
  return { callSid, language: call.language ?? undefined, turns, gathered, isNoted: call.noted_at !== null };
}

export interface CallNotesRow {
  readonly summary: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

/** A model's fields on a call that gathered nothing make a lead; other leads stay as the call made them. */
export const NOTED_FLOW = 'notes';

/**
 * Keeps the first notes of a call; false when there were some, or when the call was erased meanwhile. Where the call gathered nothing and the model found
 * something, a lead is made of it.
 */
export async function keepNotes(
  db: Db,
  tenant: string,
  callSid: string,
  notes: CallNotesRow,
  at: Date,
): Promise<boolean> {
  return await db.transaction().execute(async (trx) => {
    const call = await trx
      .selectFrom('calls')
      .select(['contact_number', 'from_number'])
      .where('tenant', '=', tenant)
      .where('call_sid', '=', callSid)
      .where(sql<boolean>`not ${isErased(sql.ref('calls.tenant'), sql.ref('calls.call_sid'))}`)
      .forUpdate()
      .executeTakeFirst();
    if (call === undefined) return false;
    const kept = await trx
      .insertInto('call_notes')
      .values({ tenant, call_sid: callSid, summary: notes.summary ?? null, fields: toJson(notes.fields) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (kept.numInsertedOrUpdatedRows !== 1n) return false;
    if (Object.keys(notes.fields).length === 0) return true;
    const lead = { tenant, lead_id: callSid, call_sid: callSid, flow: NOTED_FLOW, status: 'abandoned' } as const;
    const times = { created_at: at, updated_at: at };
    await trx
      .insertInto('leads')
      .values({
        ...lead,
        ...times,
        stage: firstStage(tenant),
        contact_number: call.contact_number,
        slots: toJson(notes.fields),
        name: notes.fields['name'] ?? null,
        phone: notes.fields['phone'] ?? call.contact_number ?? null,
      })
      .onConflict((conflict) => conflict.columns(['tenant', 'lead_id']).doUpdateSet({ updated_at: at }))
      .execute();
    return true;
  });
}

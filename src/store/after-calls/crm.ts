/** What the user's CRM is told of a call, read when it is told. */
import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import { isErased } from './erased.ts';

export interface EventContent {
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Undefined, like the others, when there is no such call any more, or it was erased. */
export async function readEndedCall(db: Db, tenant: string, callSid: string): Promise<EventContent | undefined> {
  const row = await db
    .selectFrom('calls as c')
    .leftJoin('call_notes as n', (join) =>
      join.onRef('n.tenant', '=', 'c.tenant').onRef('n.call_sid', '=', 'c.call_sid'),
    )
    .select([
      'c.agent',
      'c.language',
      'c.from_number',
      'c.to_number',
      'c.opened_at',
      'c.ended_at',
      'c.end_reason',
      'c.outcome_status',
      'n.summary',
    ])
    .where('c.tenant', '=', tenant)
    .where('c.call_sid', '=', callSid)
    .where('c.state', '=', 'ended')
    .where(sql<boolean>`not ${isErased(sql.ref('c.tenant'), sql.ref('c.call_sid'))}`)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const endedAt = row.ended_at ?? row.opened_at;
  return {
    at: endedAt,
    data: {
      agent: row.agent,
      language: row.language,
      from: row.from_number,
      to: row.to_number,
      started_at: row.opened_at.toISOString(),
      ended_at: endedAt.toISOString(),
      end_reason: row.end_reason,
      outcome: row.outcome_status,
      summary: row.summary,
    },
  };
}

export async function readLead(db: Db, tenant: string, leadId: string): Promise<EventContent | undefined> {
  const row = await db
    .selectFrom('leads as l')
    .leftJoin('call_notes as n', (join) =>
      join.onRef('n.tenant', '=', 'l.tenant').onRef('n.call_sid', '=', 'l.call_sid'),
    )
    .select([
      'l.lead_id',
      'l.flow',
      'l.status',
      'l.stage',
      'l.slots',
      'l.name',
      'l.phone',
      'l.note',
      'l.created_at',
      'l.updated_at',
      'n.summary',
      'n.fields',
    ])
    .where('l.tenant', '=', tenant)
    .where('l.lead_id', '=', leadId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    at: row.updated_at,
    data: {
      lead: {
        id: row.lead_id,
        flow: row.flow,
        status: row.status,
        stage: row.stage,
        name: row.name,
        phone: row.phone,
        note: row.note,
        fields: row.slots,
        fields_by_model: row.fields ?? {},
        summary: row.summary,
        created_at: row.created_at.toISOString(),
        updated_at: row.updated_at.toISOString(),
      },
    },
  };
}

export async function readAppointment(db: Db, tenant: string, id: string): Promise<EventContent | undefined> {
  const row = await db
    .selectFrom('appointments')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('appointment_id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { appointment_id, lead_id, status, day, time, name, phone, slots, created_at } = row;
  return {
    at: created_at,
    data: { appointment: { id: appointment_id, lead_id, status, day, time, name, phone, fields: slots } },
  };
}

export async function readStoredRecording(
  db: Db,
  tenant: string,
  callSid: string,
  id: string,
): Promise<EventContent | undefined> {
  const row = await db
    .selectFrom('stored_recordings')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .where('recording_id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { recording_id, content_type, bytes, sha256, stored_at } = row;
  return { at: stored_at, data: { recording: { id: recording_id, content_type, bytes, sha256 } } };
}

/** Undefined until the erasure is done. */
export async function readErasureOfCall(db: Db, tenant: string, erasureId: string): Promise<EventContent | undefined> {
  const row = await db
    .selectFrom('erasures')
    .select(['requested_at', 'done_at'])
    .where('tenant', '=', tenant)
    .where('erasure_id', '=', erasureId)
    .executeTakeFirst();
  if (!row?.done_at) return undefined;
  return { at: row.done_at, data: { erasure: { id: erasureId, requested_at: row.requested_at.toISOString() } } };
}

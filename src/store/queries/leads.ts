import { type Selectable, sql } from 'kysely';
import type { Place } from '../keyset.ts';
import type { AppointmentStatus, AppointmentsTable, Db, LeadsTable } from '../schema.ts';
import { parseSearch } from '../search/terms.ts';
import { now, pageSize } from '../sql.ts';

type Lead = Selectable<LeadsTable>;
type Appointment = Selectable<AppointmentsTable>;

export interface LeadFilter {
  readonly stage?: string | undefined;
  /** Words of name and note, or a part of the number. */
  readonly text?: string | undefined;
  /** Of this person. */
  readonly number?: string | undefined;
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** The newest first. */
export async function listLeads(db: Db, tenant: string, filter: LeadFilter): Promise<readonly (Lead & Place)[]> {
  const { before, limit, number, stage, text } = filter;
  let query = db
    .selectFrom('leads')
    .selectAll()
    .select([sql<string>`created_at::text`.as('at'), 'lead_id as key'])
    .where('tenant', '=', tenant);
  if (stage !== undefined) query = query.where('stage', '=', stage);
  if (number !== undefined) {
    query = query.where((eb) => eb.or([eb('contact_number', '=', number), eb('phone', '=', number)]));
  }
  const terms = text === undefined ? [] : parseSearch(text);
  if (text !== undefined && terms.length === 0) return [];
  for (const { digits, query: words } of terms) {
    const noted = sql<boolean>`kav_words(coalesce(name, '') || ' ' || coalesce(note, '')) @@ ${words}::tsquery`;
    query = query.where((eb) => eb.or([noted, ...(digits === undefined ? [] : [eb('phone', 'like', `%${digits}%`)])]));
  }
  if (before !== undefined) {
    query = query.where(sql<boolean>`(created_at, lead_id) < (${before.at}::timestamptz, ${before.key})`);
  }
  return query.orderBy('created_at', 'desc').orderBy('lead_id', 'desc').limit(pageSize(limit)).execute();
}

export interface CallbackFilter {
  /** Those in which a lead is still followed up. */
  readonly stages: readonly string[];
  /** The page begins after it. */
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** Leads that are to be called back, the earliest first. */
export async function listCallbacks(
  db: Db,
  tenant: string,
  { before, limit, stages }: CallbackFilter,
): Promise<readonly (Lead & Place)[]> {
  let query = db
    .selectFrom('leads')
    .selectAll()
    .select([sql<string>`call_back_at::text`.as('at'), 'lead_id as key'])
    .where('tenant', '=', tenant)
    .where('call_back_at', 'is not', null)
    .where(sql<boolean>`stage = any(${stages}::text[])`);
  if (before !== undefined) {
    query = query.where(sql<boolean>`(call_back_at, lead_id) > (${before.at}::timestamptz, ${before.key})`);
  }
  return query.orderBy('call_back_at').orderBy('lead_id').limit(pageSize(limit)).execute();
}

export async function findLead(db: Db, tenant: string, leadId: string): Promise<Lead | undefined> {
  return db
    .selectFrom('leads')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('lead_id', '=', leadId)
    .executeTakeFirst();
}

export interface LeadChange {
  readonly leadId: string;
  readonly stage?: string;
  readonly note?: string | null;
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly call_back_at?: Date | null;
}

/** The lead as it is then; undefined when there is none. */
export async function changeLead(db: Db, tenant: string, change: LeadChange): Promise<Lead | undefined> {
  const { leadId, ...columns } = change;
  return db
    .updateTable('leads')
    .set({ ...columns, updated_at: now() })
    .where('tenant', '=', tenant)
    .where('lead_id', '=', leadId)
    .returningAll()
    .executeTakeFirst();
}

export interface AppointmentFilter {
  readonly status?: AppointmentStatus | undefined;
  /** Of this person. */
  readonly number?: string | undefined;
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** The newest first. */
export async function listAppointments(
  db: Db,
  tenant: string,
  { before, limit, number, status }: AppointmentFilter,
): Promise<readonly (Appointment & Place)[]> {
  let query = db
    .selectFrom('appointments')
    .selectAll()
    .select([sql<string>`created_at::text`.as('at'), 'appointment_id as key'])
    .where('tenant', '=', tenant);
  if (status !== undefined) query = query.where('status', '=', status);
  if (number !== undefined) {
    query = query.where(
      sql<boolean>`(phone = ${number} or lead_id in (
        select lead_id from leads where tenant = ${tenant} and ${number} in (contact_number, phone)))`,
    );
  }
  if (before !== undefined) {
    query = query.where(sql<boolean>`(created_at, appointment_id) < (${before.at}::timestamptz, ${before.key})`);
  }
  return query.orderBy('created_at', 'desc').orderBy('appointment_id', 'desc').limit(pageSize(limit)).execute();
}

export async function setAppointmentStatus(
  db: Db,
  tenant: string,
  { appointmentId, status }: { readonly appointmentId: string; readonly status: AppointmentStatus },
): Promise<Appointment | undefined> {
  return db
    .updateTable('appointments')
    .set({ status, updated_at: now() })
    .where('tenant', '=', tenant)
    .where('appointment_id', '=', appointmentId)
    .returningAll()
    .executeTakeFirst();
}

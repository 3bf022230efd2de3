import type { Selectable } from 'kysely';
import type { AppointmentStatus, AppointmentsTable, Db, LeadsTable } from '../schema.ts';
import { now, pageSize } from '../sql.ts';

type Lead = Selectable<LeadsTable>;
type Appointment = Selectable<AppointmentsTable>;

export interface LeadFilter {
  readonly stage?: string;
  readonly before?: { readonly createdAt: Date; readonly leadId: string };
  readonly limit: number;
}

/** The newest first. */
export async function listLeads(
  db: Db,
  tenant: string,
  { stage, before, limit }: LeadFilter,
): Promise<readonly Lead[]> {
  let query = db.selectFrom('leads').selectAll().where('tenant', '=', tenant);
  if (stage !== undefined) query = query.where('stage', '=', stage);
  if (before !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'lead_id'), '<', tuple(before.createdAt, before.leadId)),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('lead_id', 'desc').limit(pageSize(limit)).execute();
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
  readonly status?: AppointmentStatus;
  readonly before?: { readonly createdAt: Date; readonly appointmentId: string };
  readonly limit: number;
}

/** The newest first. */
export async function listAppointments(
  db: Db,
  tenant: string,
  { status, before, limit }: AppointmentFilter,
): Promise<readonly Appointment[]> {
  let query = db.selectFrom('appointments').selectAll().where('tenant', '=', tenant);
  if (status !== undefined) query = query.where('status', '=', status);
  if (before !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'appointment_id'), '<', tuple(before.createdAt, before.appointmentId)),
    );
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

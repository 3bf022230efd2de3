import { sql, type Transaction } from 'kysely';
import { type Schema, toJson } from '../schema.ts';
import type { CallRow } from './call-state.ts';
import { timeOf, whole } from './clean.ts';
import { firstStage } from './first-stage.ts';
import { type Lead, leadOf, type OutcomeFact } from './lead.ts';
import type { LoadedCalls } from './load-calls.ts';
import { groupBy, pick, type Recorded } from './recorded.ts';

/** A call has one lead, made of the outcome that holds; its numbers may come after it. */
export async function saveLeads(
  trx: Transaction<Schema>,
  calls: LoadedCalls,
  recorded: readonly Recorded[],
): Promise<void> {
  const facts = pick(recorded, 'outcome', 'call-opened');
  for (const group of groupBy(facts, ({ fact }) => `${fact.tenant}\n${fact.callSid}`)) {
    const call = calls.rowOf(group[0].fact);
    if (call.outcome_index === null) continue;
    const told = pick(group, 'outcome').find(({ fact }) => holds(fact, call))?.fact;
    const isOpened = pick(group, 'call-opened').length > 0;
    const outcome = told ?? (isOpened ? await outcomeThatHolds(trx, call) : undefined);
    if (outcome) await saveLead(trx, call, outcome);
  }
}

function holds(fact: OutcomeFact, call: CallRow): boolean {
  const isNewest = whole(fact.fence) === call.outcome_fence && whole(fact.index) === call.outcome_index;
  return isNewest && fact.outcome.status === call.outcome_status;
}

async function outcomeThatHolds(trx: Transaction<Schema>, call: CallRow): Promise<OutcomeFact | undefined> {
  const rows = await trx
    .selectFrom('events')
    .select('fact')
    .where('tenant', '=', call.tenant)
    .where('call_sid', '=', call.call_sid)
    .where('type', '=', 'outcome')
    .execute();
  return rows.map(({ fact }) => fact as unknown as OutcomeFact).find((fact) => holds(fact, call));
}

async function saveLead(trx: Transaction<Schema>, call: CallRow, fact: OutcomeFact): Promise<void> {
  const lead = leadOf(fact, { from: call.from_number, to: call.to_number });
  if (!lead) return;
  const { tenant, call_sid, contact_number } = call;
  const { flow, status, slots, name, phone } = lead;
  const written = { slots: toJson(slots), name, phone, created_at: call.opened_at, updated_at: timeOf(fact.at) };
  const gathered = { ...written, contact_number, flow, status };
  await trx
    .insertInto('leads')
    .values({ tenant, lead_id: call_sid, call_sid, stage: firstStage(tenant), ...gathered })
    .onConflict((oc) => oc.columns(['tenant', 'lead_id']).doUpdateSet(gathered))
    .execute();
  await saveAppointment(trx, call, lead.appointment, written);
  if (contact_number !== null && name !== null) await nameContact(trx, { tenant, number: contact_number, name });
}

interface Written {
  readonly slots: string;
  readonly name: string | null;
  readonly phone: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** An office that has cancelled or kept an appointment has the last word; until then the caller has. */
async function saveAppointment(
  trx: Transaction<Schema>,
  { tenant, call_sid }: CallRow,
  appointment: Lead['appointment'],
  written: Written,
): Promise<void> {
  if (!appointment) {
    await trx
      .updateTable('appointments')
      .set({ status: 'withdrawn', updated_at: written.updated_at })
      .where('tenant', '=', tenant)
      .where('appointment_id', '=', call_sid)
      .where('status', '=', 'booked')
      .execute();
    return;
  }
  const agreed = { ...appointment, ...written };
  await trx
    .insertInto('appointments')
    .values({ tenant, appointment_id: call_sid, lead_id: call_sid, call_sid, ...agreed })
    .onConflict((oc) =>
      oc.columns(['tenant', 'appointment_id']).doUpdateSet({
        ...agreed,
        status: sql<'booked'>`case when appointments.status = 'withdrawn' then 'booked' else appointments.status end`,
      }),
    )
    .execute();
}

async function nameContact(
  trx: Transaction<Schema>,
  { tenant, number, name }: { readonly tenant: string; readonly number: string; readonly name: string },
): Promise<void> {
  await trx
    .updateTable('contacts')
    .set({ heard_name: name })
    .where('tenant', '=', tenant)
    .where('number', '=', number)
    .execute();
}

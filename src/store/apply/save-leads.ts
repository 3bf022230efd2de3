import { sql, type Transaction } from 'kysely';
import { type Schema, toJson } from '../schema.ts';
import type { CallRow } from './call-state.ts';
import { timeOf, whole } from './clean.ts';
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
  const at = timeOf(fact.at);
  const { flow, status, slots, name, phone } = lead;
  const gathered = { contact_number, flow, status, slots: toJson(slots), name, phone, updated_at: at };
  await trx
    .insertInto('leads')
    .values({ tenant, lead_id: call_sid, call_sid, ...gathered, created_at: at })
    .onConflict((oc) => oc.columns(['tenant', 'lead_id']).doUpdateSet(gathered))
    .execute();
  await saveAppointment(trx, call, lead, at);
  if (contact_number !== null && name !== null) await nameContact(trx, { tenant, number: contact_number, name });
}

/** An office that has cancelled or kept an appointment has the last word; until then the caller has. */
async function saveAppointment(
  trx: Transaction<Schema>,
  { tenant, call_sid }: CallRow,
  { appointment, slots, name, phone }: Lead,
  at: Date,
): Promise<void> {
  if (!appointment) {
    await trx
      .updateTable('appointments')
      .set({ status: 'withdrawn', updated_at: at })
      .where('tenant', '=', tenant)
      .where('appointment_id', '=', call_sid)
      .where('status', '=', 'booked')
      .execute();
    return;
  }
  const agreed = { ...appointment, slots: toJson(slots), name, phone, updated_at: at };
  await trx
    .insertInto('appointments')
    .values({ tenant, appointment_id: call_sid, lead_id: call_sid, call_sid, ...agreed, created_at: at })
    .onConflict((oc) =>
      oc.columns(['tenant', 'appointment_id']).doUpdateSet({
        ...agreed,
        status: sql<'booked'>`case when appointments.status = 'withdrawn' then 'booked' else appointments.status end`,
      }),
    )
    .execute();
}

/** A name that somebody wrote is not overwritten by one that was heard. */
async function nameContact(
  trx: Transaction<Schema>,
  { tenant, number, name }: { readonly tenant: string; readonly number: string; readonly name: string },
): Promise<void> {
  await trx
    .updateTable('contacts')
    .set({ name })
    .where('tenant', '=', tenant)
    .where('number', '=', number)
    .where('name', 'is', null)
    .execute();
}

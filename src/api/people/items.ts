/** Rows as the console is told of them. */
import type { Selectable } from 'kysely';
import type { AppointmentsTable, ContactsTable, LeadsTable } from '../../store/schema.ts';
import type { Appointment, Contact, Lead } from '../contract/people.ts';
import { iso, isoOrNull } from '../values.ts';

export function contactItem(contact: Selectable<ContactsTable>): Contact {
  return {
    number: contact.number,
    name: contact.name,
    heardName: contact.heard_name,
    note: contact.note,
    calls: contact.call_count,
    firstSeenAt: iso(contact.first_seen_at),
    lastSeenAt: iso(contact.last_seen_at),
  };
}

export function leadItem(lead: Selectable<LeadsTable>): Lead {
  const { flow, name, note, phone, slots, stage, status } = lead;
  return {
    leadId: lead.lead_id,
    callSid: lead.call_sid,
    contactNumber: lead.contact_number,
    flow,
    status,
    stage,
    name,
    phone,
    note,
    slots,
    callBackAt: isoOrNull(lead.call_back_at),
    createdAt: iso(lead.created_at),
    updatedAt: iso(lead.updated_at),
  };
}

export function appointmentItem(appointment: Selectable<AppointmentsTable>): Appointment {
  const { day, name, phone, status, time } = appointment;
  return {
    appointmentId: appointment.appointment_id,
    leadId: appointment.lead_id,
    callSid: appointment.call_sid,
    status,
    day,
    time,
    name,
    phone,
    createdAt: iso(appointment.created_at),
  };
}

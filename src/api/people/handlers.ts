/** The handlers of people: contacts, leads in stages, appointments, who is to be called back. */
import { type Page, type Place, pageOf } from '../../store/keyset.ts';
import { writeAudit } from '../../store/queries/audit.ts';
import { changeContact, findContact, listContacts } from '../../store/queries/contacts.ts';
import { findCalls } from '../../store/queries/find-calls.ts';
import {
  changeLead,
  type LeadChange,
  listAppointments,
  listCallbacks,
  listLeads,
  setAppointmentStatus,
} from '../../store/queries/leads.ts';
import { callItem } from '../calls/call-item.ts';
import type { peopleRoutes } from '../contract/people.ts';
import type { ApiRequest, Caller, Handlers } from '../handler.ts';
import { instantOf, noSuch, placeOf, refuseFields } from '../values.ts';
import type { PeopleDeps } from './deps.ts';
import { exportContacts, exportLeads } from './export-people.ts';
import { importContactFile, importLeadFile } from './import-people.ts';
import { appointmentItem, contactItem, leadItem } from './items.ts';
import { changeStages, stagesOf } from './stages.ts';

export type PeopleRoutes = keyof typeof peopleRoutes;

/** How much of a person's history one page shows. */
const HISTORY = 100;

export function createPeopleHandlers(deps: PeopleDeps): Handlers<PeopleRoutes> {
  const { db } = deps;
  return {
    'list-contacts': async ({ caller, query }) => {
      const { limit, text } = query;
      const filter = { text: text || undefined, before: placeOf(query.before), limit: limit + 1 };
      return listed(await listContacts(db, caller.tenant, filter), limit, contactItem);
    },
    'read-contact': ({ caller, params }) => readContact(deps, caller.tenant, params.number),
    'change-contact': async ({ body, caller, params: { number } }) => ({
      contact: await db.transaction().execute(async (trx) => {
        const contact = await changeContact(trx, caller.tenant, { number, ...body });
        if (!contact) throw noSuch('contact');
        const details = { changed: Object.keys(body) };
        await audit(trx, caller, { action: 'contact-changed', subject: number, details });
        return contactItem(contact);
      }),
    }),
    'export-contacts': async ({ caller }) => {
      await writeAudit(db, caller.tenant, { actor: caller.actor, action: 'contacts-exported' });
      return exportContacts(db, caller.tenant);
    },
    'import-contacts': ({ body, caller }) => importContactFile(deps, caller, body),
    'list-stages': async ({ caller }) => ({ stages: [...(await stagesOf(deps, caller.tenant))] }),
    'set-stages': async ({ body, caller }) => {
      await changeStages(db, caller, body.stages);
      return { stages: [...(await stagesOf(deps, caller.tenant))] };
    },
    'list-leads': async ({ caller, query }) => {
      const { limit, stage, text } = query;
      const filter = { stage, text: text || undefined, before: placeOf(query.before), limit: limit + 1 };
      return listed(await listLeads(db, caller.tenant, filter), limit, leadItem);
    },
    'change-lead': (request) => changeOneLead(deps, request),
    'export-leads': async ({ caller }) => {
      await writeAudit(db, caller.tenant, { actor: caller.actor, action: 'leads-exported' });
      return exportLeads(db, caller.tenant);
    },
    'import-leads': ({ body, caller }) => importLeadFile(deps, caller, body),
    'list-appointments': async ({ caller, query }) => {
      const { limit, status } = query;
      const filter = { status, before: placeOf(query.before), limit: limit + 1 };
      return listed(await listAppointments(db, caller.tenant, filter), limit, appointmentItem);
    },
    'change-appointment': async ({ body: { status }, caller, params: { appointmentId } }) => ({
      appointment: await db.transaction().execute(async (trx) => {
        const appointment = await setAppointmentStatus(trx, caller.tenant, { appointmentId, status });
        if (!appointment) throw noSuch('appointment');
        await audit(trx, caller, { action: 'appointment-changed', subject: appointmentId, details: { status } });
        return appointmentItem(appointment);
      }),
    }),
    'list-callbacks': async ({ caller, query }) => {
      const { limit } = query;
      const stages = (await stagesOf(deps, caller.tenant)).filter(({ kind }) => kind === 'open');
      const filter = { stages: stages.map(({ stage }) => stage), before: placeOf(query.before), limit: limit + 1 };
      return listed(await listCallbacks(db, caller.tenant, filter), limit, leadItem);
    },
  };
}

type Trx = Parameters<typeof writeAudit>[0];
type Told = Pick<Parameters<typeof writeAudit>[2], 'action' | 'details'> & { readonly subject: string };

const audit = (trx: Trx, { actor, tenant }: Caller, told: Told): Promise<void> =>
  writeAudit(trx, tenant, { actor, ...told });

function listed<T extends Place, U>(rows: readonly T[], limit: number, item: (row: T) => U) {
  const { items, next }: Page<U> = pageOf(rows, limit, item);
  return { items: [...items], next };
}

async function readContact({ db }: PeopleDeps, tenant: string, number: string) {
  const contact = await findContact(db, tenant, number);
  if (!contact) throw noSuch('contact');
  const calls = await findCalls(db, tenant, { contactNumber: number, limit: HISTORY });
  const leads = await listLeads(db, tenant, { number, limit: HISTORY });
  const appointments = await listAppointments(db, tenant, { number, limit: HISTORY });
  return {
    contact: contactItem(contact),
    calls: calls.slice(0, HISTORY).map(callItem),
    leads: leads.map(leadItem),
    appointments: appointments.map(appointmentItem),
  };
}

async function changeOneLead(deps: PeopleDeps, request: ApiRequest<(typeof peopleRoutes)['change-lead']>) {
  const { body, caller, params } = request;
  const { callBackAt, name, note, phone, stage } = body;
  const { leadId } = params;
  if (stage !== undefined && !(await stagesOf(deps, caller.tenant)).some((one) => one.stage === stage)) {
    throw refuseFields({ stage: 'is none of the stages' });
  }
  const change: LeadChange = {
    leadId,
    ...(stage === undefined ? {} : { stage }),
    ...(note === undefined ? {} : { note }),
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(callBackAt === undefined
      ? {}
      : { call_back_at: callBackAt === null ? null : instantOf('callBackAt', callBackAt) }),
  };
  const lead = await deps.db.transaction().execute(async (trx) => {
    const changed = await changeLead(trx, caller.tenant, change);
    if (!changed) throw noSuch('lead');
    const details = { changed: Object.keys(body), ...(stage === undefined ? {} : { stage }) };
    await audit(trx, caller, { action: 'lead-changed', subject: leadId, details });
    return changed;
  });
  return { lead: leadItem(lead) };
}

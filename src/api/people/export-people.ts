/** All contacts and leads as files, read page by page while they are sent. */

import type { Place } from '../../store/keyset.ts';
import { listContacts } from '../../store/queries/contacts.ts';
import { listLeads } from '../../store/queries/leads.ts';
import type { Db } from '../../store/schema.ts';
import type { FileAnswer } from '../handler.ts';
import { iso } from '../values.ts';
import { writeCsv } from './csv.ts';
import { contactItem, leadItem } from './items.ts';

const PAGE = 500;
const CONTACT_COLUMNS = ['number', 'name', 'note', 'heard_name', 'calls', 'first_seen_at', 'last_seen_at'] as const;
const LEAD_COLUMNS = [
  ...['lead_id', 'name', 'phone', 'stage', 'note', 'status', 'flow', 'call_back_at', 'call_sid', 'slots'],
  ...['created_at', 'updated_at'],
] as const;

export function exportContacts(db: Db, tenant: string): FileAnswer {
  const rows = pages((before) => listContacts(db, tenant, { before, limit: PAGE }));
  return {
    name: 'contacts.csv',
    body: writeCsv(
      CONTACT_COLUMNS,
      map(rows, (row) => contactRow(contactItem(row))),
    ),
  };
}

export function exportLeads(db: Db, tenant: string): FileAnswer {
  const rows = pages((before) => listLeads(db, tenant, { before, limit: PAGE }));
  return {
    name: 'leads.csv',
    body: writeCsv(
      LEAD_COLUMNS,
      map(rows, (row) => leadRow(leadItem(row))),
    ),
  };
}

const contactRow = ({
  calls,
  firstSeenAt,
  heardName,
  lastSeenAt,
  name,
  note,
  number,
}: ReturnType<typeof contactItem>) => ({
  number,
  name,
  note,
  heard_name: heardName,
  calls,
  first_seen_at: iso(new Date(firstSeenAt)),
  last_seen_at: iso(new Date(lastSeenAt)),
});

const leadRow = (lead: ReturnType<typeof leadItem>) => ({
  lead_id: lead.leadId,
  name: lead.name,
  phone: lead.phone,
  stage: lead.stage,
  note: lead.note,
  status: lead.status,
  flow: lead.flow,
  call_back_at: lead.callBackAt,
  call_sid: lead.callSid,
  slots: JSON.stringify(lead.slots),
  created_at: lead.createdAt,
  updated_at: lead.updatedAt,
});

async function* pages<T extends Place>(read: (before: Place | undefined) => Promise<readonly T[]>): AsyncGenerator<T> {
  for (let before: Place | undefined; ; ) {
    const rows = await read(before);
    yield* rows;
    before = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

async function* map<T, U>(items: AsyncIterable<T>, change: (item: T) => U): AsyncGenerator<U> {
  for await (const item of items) yield change(item);
}

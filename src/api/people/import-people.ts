/** Files of contacts and leads, taken in some hundred lines at a time. */
import { randomUUID } from 'node:crypto';
import { isE164, toE164 } from '../../store/apply/phone.ts';
import { writeAudit } from '../../store/queries/audit.ts';
import { type GivenContact, importContacts } from '../../store/queries/contacts.ts';
import { type GivenLead, importLeads } from '../../store/queries/import-leads.ts';
import { findOfficeNumber } from '../../store/queries/stages.ts';
import type { Caller } from '../handler.ts';
import { CSV_LIMITS, type Refused, readCsv } from './csv.ts';
import type { PeopleDeps } from './deps.ts';
import { stagesOf } from './stages.ts';

export interface Imported {
  added: number;
  changed: number;
  readonly refused: Refused[];
}

const BATCH = 500;
const LONGEST_NAME = 200;

export async function importContactFile(deps: PeopleDeps, caller: Caller, text: string): Promise<Imported> {
  const { db } = deps;
  const { tenant } = caller;
  const imported: Imported = { added: 0, changed: 0, refused: [] };
  const numberOf = await numbersOf(deps, tenant);
  const contacts = new Map<string, GivenContact>();
  const columns = { required: ['number'], optional: ['name', 'note'] };
  for await (const { cells, line } of readCsv(text, columns, refuser(imported))) {
    const number = numberOf(cells['number'] ?? '');
    const reason = number === undefined ? 'has no telephone number' : tooLong(cells);
    // The last line of a number holds.
    if (reason !== undefined) refuser(imported)({ line, reason });
    else contacts.set(number!, { number: number!, name: cells['name'] || null, note: cells['note'] || null });
  }
  await inBatches([...contacts.values()], async (batch) => add(imported, await importContacts(db, tenant, batch)));
  await tell(deps, caller, 'contacts-imported', imported);
  return imported;
}

export async function importLeadFile(deps: PeopleDeps, caller: Caller, text: string): Promise<Imported> {
  const { db } = deps;
  const { tenant } = caller;
  const imported: Imported = { added: 0, changed: 0, refused: [] };
  const numberOf = await numbersOf(deps, tenant);
  const stages = await stagesOf(deps, tenant);
  const named = new Map(
    stages.flatMap(({ label, stage }) => [
      [label.toLowerCase(), stage],
      [stage, stage],
    ]),
  );
  const leads = new Map<string, GivenLead>();
  const columns = { required: ['name', 'phone'], optional: ['stage', 'note', 'lead_id'] };
  for await (const { cells, line } of readCsv(text, columns, refuser(imported))) {
    const { lead_id: leadId = '', name = '', note = '', phone = '', stage = '' } = cells;
    const number = numberOf(phone) ?? phone;
    const reason =
      tooLong(cells) ??
      (name === '' && phone === '' ? 'has neither name nor number' : undefined) ??
      (number.length > 40 ? 'has no telephone number' : undefined) ??
      (stage !== '' && !named.has(stage.toLowerCase()) ? 'names a stage that is not there' : undefined);
    if (reason !== undefined) {
      refuser(imported)({ line, reason });
      continue;
    }
    leads.set(leadId === '' ? `${name}\n${number}` : leadId, {
      newId: randomUUID(),
      leadId: leadId || null,
      name: name || null,
      phone: number || null,
      stage: named.get(stage.toLowerCase()) ?? null,
      note: note || null,
    });
  }
  const firstStage = stages[0]!.stage;
  await inBatches([...leads.values()], async (batch) =>
    add(imported, await importLeads(db, tenant, { firstStage, leads: batch })),
  );
  await tell(deps, caller, 'leads-imported', imported);
  return imported;
}

/** Numbers as people write them; those without a country are of the office's. */
async function numbersOf({ db }: PeopleDeps, tenant: string): Promise<(written: string) => string | undefined> {
  const office = (await findOfficeNumber(db, tenant)) ?? '';
  return (written) => (isE164(written) ? written : toE164(written, office));
}

function tooLong({ name = '', note = '', lead_id: leadId = '' }: Readonly<Record<string, string>>): string | undefined {
  if (name.length > LONGEST_NAME) return 'has a name that is too long';
  if (note.length > CSV_LIMITS.cell) return 'has a note that is too long';
  return leadId.length > 64 ? 'has no id of a lead' : undefined;
}

const refuser =
  ({ refused }: Imported) =>
  (line: Refused): void => {
    if (refused.length < CSV_LIMITS.refusals) refused.push(line);
  };

function add(imported: Imported, { added, changed }: { readonly added: number; readonly changed: number }): void {
  imported.added += added;
  imported.changed += changed;
}

/** Each batch is a transaction of its own, so that calls' facts need not wait for all of them. */
async function inBatches<T>(items: readonly T[], run: (batch: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) await run(items.slice(from, from + BATCH));
}

async function tell({ db }: PeopleDeps, caller: Caller, action: string, imported: Imported): Promise<void> {
  const { added, changed, refused } = imported;
  const details = { added, changed, refused: refused.length };
  await writeAudit(db, caller.tenant, { actor: caller.actor, action, details });
}

/**
 * A person's number in what others said and wrote: it is taken out where it stands, and the rest remains. What is in no
 * column of its own must be looked for, so this goes through all calls of the tenant, page by page.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Db, toJson } from '../schema.ts';
import type { Counts } from './counts.ts';
import { addToReport, type ErasureName } from './erasures.ts';
import { type NumberInText, numberInText } from './number-in-text.ts';

interface Place {
  readonly table: string;
  /** With the tenant it names a row. */
  readonly key: readonly string[];
  readonly text: readonly string[];
  readonly json: readonly string[];
}

const OF_CALLS: readonly Place[] = [
  { table: 'turns', key: ['call_sid', 'key'], text: ['heard', 'intended'], json: [] },
  { table: 'tool_effects', key: ['call_sid', 'key'], text: ['arguments', 'result'], json: [] },
  { table: 'call_notes', key: ['call_sid'], text: ['summary'], json: ['fields'] },
  { table: 'events', key: ['call_sid', 'key'], text: [], json: ['fact'] },
  { table: 'outbox', key: ['position'], text: [], json: ['payload'] },
  { table: 'leads', key: ['lead_id'], text: ['name', 'note'], json: ['slots'] },
  { table: 'appointments', key: ['appointment_id'], text: ['name'], json: ['slots'] },
];
/** What the office wrote without any call. */
const WITHOUT_CALL: readonly Place[] = OF_CALLS.filter(({ table }) =>
  ['leads', 'appointments', 'outbox'].includes(table),
);
const CONTACTS: Place = { table: 'contacts', key: ['number'], text: ['name', 'heard_name', 'note'], json: [] };

const CALLS_IN_PAGE = 500;

export interface MentionsOf extends ErasureName {
  /** E.164. */
  readonly number: string;
}

/**
 * Takes the number out of everything that is not the person's own, and notes in the erasure how often, and in which calls.
 * May be done again; where it broke off, what was done stays done.
 */
export async function eraseMentions(db: Db, { number, ...name }: MentionsOf, signal?: AbortSignal): Promise<void> {
  const finder = numberInText(number);
  const { tenant } = name;
  for (let after = ''; ; ) {
    signal?.throwIfAborted();
    const page = await pageOfCalls(db, tenant, after);
    const last = page.at(-1);
    if (last === undefined) break;
    await db.transaction().execute((trx) => eraseInCalls(trx, name, finder, page));
    after = last.callSid;
  }
  const anyOffice = await db
    .selectFrom('calls')
    .select('to_number')
    .where('tenant', '=', tenant)
    .where('to_number', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  const beside = () => anyOffice?.to_number ?? '';
  const counts: Counts = {};
  for (const place of WITHOUT_CALL) {
    const found = await mentions(db, place, finder, sql`tenant = ${tenant} and call_sid is null`);
    await takeOut(db, { place, tenant, finder, found, beside, counts });
  }
  const contacts = await mentions(db, CONTACTS, finder, sql`tenant = ${tenant}`);
  await takeOut(db, {
    place: CONTACTS,
    tenant,
    finder,
    found: contacts,
    beside: (row) => String(row['number']),
    counts,
  });
  await addToReport(db, name, counts);
}

interface CallPlace {
  readonly callSid: string;
  readonly beside: string;
}

async function pageOfCalls(db: Db, tenant: string, after: string): Promise<readonly CallPlace[]> {
  const rows = await db
    .selectFrom('calls')
    .select(['call_sid', 'to_number'])
    .where('tenant', '=', tenant)
    .where('call_sid', '>', after)
    .orderBy('call_sid')
    .limit(CALLS_IN_PAGE)
    .execute();
  return rows.map(({ call_sid, to_number }) => ({ callSid: call_sid, beside: to_number ?? '' }));
}

async function eraseInCalls(
  trx: Db,
  name: ErasureName,
  finder: NumberInText,
  page: readonly CallPlace[],
): Promise<void> {
  const { tenant } = name;
  const besideOf = new Map(page.map(({ beside, callSid }) => [callSid, beside]));
  const inPage = sql`tenant = ${tenant} and call_sid in (${sql.join([...besideOf.keys()])})`;
  const others = sql`${inPage} and call_sid not in (
    select jsonb_array_elements_text(call_sids) from erasures
    where tenant = ${tenant} and erasure_id = ${name.erasureId})`;
  const counts: Counts = {};
  const callSids = new Set<string>();
  for (const place of OF_CALLS) {
    const found = await mentions(trx, place, finder, others);
    const beside = (row: Row): string => besideOf.get(String(row['call_sid'])) ?? '';
    for (const row of await takeOut(trx, { place, tenant, finder, found, beside, counts })) {
      callSids.add(String(row['call_sid']));
    }
  }
  if (callSids.size === 0) return;
  await addToReport(trx, name, counts);
  await sql`update erasures set mentioned_in = mentioned_in || ${toJson([...callSids])}::jsonb
    where tenant = ${tenant} and erasure_id = ${name.erasureId}`.execute(trx);
}

type Row = Readonly<Record<string, unknown>>;

async function mentions(
  db: Db,
  { json, key, table, text }: Place,
  { pattern }: NumberInText,
  where: RawBuilder<unknown>,
): Promise<readonly Row[]> {
  const wanted = [...new Set([...key, ...(table === 'contacts' ? [] : ['call_sid']), ...text, ...json])];
  const columns = sql.join(wanted.map((column) => sql.ref(column)));
  const matches = sql.join(
    [...text.map((column) => sql.ref(column)), ...json.map((column) => sql`${sql.ref(column)}::text`)].map(
      (column) => sql`${column} ~ ${pattern}`,
    ),
    sql` or `,
  );
  const { rows } = await sql<Row>`select ${columns} from ${sql.table(table)} where ${where} and (${matches})`.execute(
    db,
  );
  return rows;
}

interface TakingOut {
  readonly place: Place;
  readonly tenant: string;
  readonly finder: NumberInText;
  readonly found: readonly Row[];
  readonly beside: (row: Row) => string;
  readonly counts: Counts;
}

/** Resolves with the rows in which the number really was. */
async function takeOut(db: Db, { beside, counts, finder, found, place, tenant }: TakingOut): Promise<readonly Row[]> {
  const changed: Row[] = [];
  for (const row of found) {
    const changes = changesOf(row, place, finder, beside(row));
    if (changes.length === 0) continue;
    const isRow = sql.join(
      place.key.map((column) => sql`${sql.ref(column)} = ${row[column]}`),
      sql` and `,
    );
    await sql`update ${sql.table(place.table)} set ${sql.join(changes)} where tenant = ${tenant} and ${isRow}`.execute(
      db,
    );
    changed.push(row);
  }
  if (changed.length > 0) counts[`mentions_in_${place.table}`] = changed.length;
  return changed;
}

function changesOf(row: Row, { json, text }: Place, finder: NumberInText, beside: string): RawBuilder<unknown>[] {
  const texts = text.flatMap((column) => {
    const before = row[column];
    const after = finder.withoutIn(before, beside);
    return after === before ? [] : [sql`${sql.ref(column)} = ${after}`];
  });
  const values = json.flatMap((column) => {
    const before = toJson(row[column]);
    const after = toJson(finder.withoutIn(row[column], beside));
    return after === before ? [] : [sql`${sql.ref(column)} = ${after}::jsonb`];
  });
  return [...texts, ...values];
}

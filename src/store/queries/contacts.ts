import { type Selectable, sql } from 'kysely';
import type { Place } from '../keyset.ts';
import type { ContactsTable, Db } from '../schema.ts';
import { parseSearch } from '../search/terms.ts';
import { ensureTenant, inTransaction, pageSize } from '../sql.ts';

type Contact = Selectable<ContactsTable>;

export interface ContactFilter {
  /** Words of either name, or a part of the number. */
  readonly text?: string | undefined;
  readonly before?: Place | undefined;
  readonly limit: number;
}

/** Who called last comes first. */
export async function listContacts(
  db: Db,
  tenant: string,
  filter: ContactFilter,
): Promise<readonly (Contact & Place)[]> {
  const { text, before, limit } = filter;
  let query = db
    .selectFrom('contacts')
    .selectAll()
    .select([sql<string>`last_seen_at::text`.as('at'), 'number as key'])
    .where('tenant', '=', tenant);
  const terms = text === undefined ? [] : parseSearch(text);
  if (text !== undefined && terms.length === 0) return [];
  for (const { digits, query: words } of terms) {
    const named = sql<boolean>`kav_words(coalesce(name, '') || ' ' || coalesce(heard_name, '')) @@ ${words}::tsquery`;
    query = query.where((eb) => eb.or([named, ...(digits === undefined ? [] : [eb('number', 'like', `%${digits}%`)])]));
  }
  if (before !== undefined) {
    query = query.where(sql<boolean>`(last_seen_at, number) < (${before.at}::timestamptz, ${before.key})`);
  }
  return query.orderBy('last_seen_at', 'desc').orderBy('number', 'desc').limit(pageSize(limit)).execute();
}

export async function findContact(db: Db, tenant: string, number: string): Promise<Contact | undefined> {
  return db
    .selectFrom('contacts')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('number', '=', number)
    .executeTakeFirst();
}

export interface ContactChange {
  readonly number: string;
  readonly name?: string | null | undefined;
  readonly note?: string | null | undefined;
}

/** The contact as it is then; undefined when there is none. */
export async function changeContact(db: Db, tenant: string, change: ContactChange): Promise<Contact | undefined> {
  const { number, name, note } = change;
  const columns = { ...(name === undefined ? {} : { name }), ...(note === undefined ? {} : { note }) };
  if (Object.keys(columns).length === 0) return findContact(db, tenant, number);
  return db
    .updateTable('contacts')
    .set(columns)
    .where('tenant', '=', tenant)
    .where('number', '=', number)
    .returningAll()
    .executeTakeFirst();
}

export interface GivenContact {
  readonly number: string;
  /** Null leaves what is there. */
  readonly name: string | null;
  readonly note: string | null;
}

/** Adds and changes contacts by number, each number once; the same again and again changes nothing more. */
export async function importContacts(
  db: Db,
  tenant: string,
  contacts: readonly GivenContact[],
): Promise<{ readonly added: number; readonly changed: number }> {
  if (contacts.length === 0) return { added: 0, changed: 0 };
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    const column = (name: keyof GivenContact) => contacts.map((contact) => contact[name]);
    const { rows } = await sql<{ isNew: boolean }>`
      insert into contacts as c (tenant, number, name, note, first_seen_at, last_seen_at)
      select ${tenant}, g.number, g.name, g.note, now(), now()
      from unnest(${column('number')}::text[], ${column('name')}::text[], ${column('note')}::text[]) g (number, name, note)
      order by g.number
      on conflict (tenant, number) do update
        set name = coalesce(excluded.name, c.name), note = coalesce(excluded.note, c.note)
        where (coalesce(excluded.name, c.name), coalesce(excluded.note, c.note)) is distinct from (c.name, c.note)
      returning xmax = 0 as "isNew"`.execute(trx);
    const added = rows.filter(({ isNew }) => isNew).length;
    return { added, changed: rows.length - added };
  });
}

import type { Selectable } from 'kysely';
import type { ContactsTable, Db } from '../schema.ts';
import { pageSize } from '../sql.ts';

type Contact = Selectable<ContactsTable>;

export interface ContactFilter {
  /** A part of the number or of the name. */
  readonly text?: string;
  readonly before?: { readonly lastSeenAt: Date; readonly number: string };
  readonly limit: number;
}

/** Who called last comes first. */
export async function listContacts(db: Db, tenant: string, filter: ContactFilter): Promise<readonly Contact[]> {
  const { text, before, limit } = filter;
  let query = db.selectFrom('contacts').selectAll().where('tenant', '=', tenant);
  if (text !== undefined) {
    const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) => eb.or([eb('number', 'like', pattern), eb('name', 'ilike', pattern)]));
  }
  if (before !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('last_seen_at', 'number'), '<', tuple(before.lastSeenAt, before.number)),
    );
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
  readonly name?: string | null;
  readonly note?: string | null;
}

/** The contact as it is then; undefined when there is none. */
export async function changeContact(db: Db, tenant: string, change: ContactChange): Promise<Contact | undefined> {
  const { number, ...columns } = change;
  if (Object.keys(columns).length === 0) return findContact(db, tenant, number);
  return db
    .updateTable('contacts')
    .set(columns)
    .where('tenant', '=', tenant)
    .where('number', '=', number)
    .returningAll()
    .executeTakeFirst();
}

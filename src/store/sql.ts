/** Pieces that many queries share. */
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Db, Schema } from './schema.ts';

/** Times are the database's: the nodes' clocks may differ. */
export const now = (): RawBuilder<Date> => sql<Date>`now()`;
export const fromNow = (ms: number): RawBuilder<Date> => sql<Date>`now() + make_interval(secs => ${ms / 1000})`;
export const ago = (ms: number): RawBuilder<Date> => fromNow(-ms);

/** In the caller's transaction, or in one of its own. */
export function inTransaction<T>(db: Db, run: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  if (db.isTransaction) return run(db as Transaction<Schema>);
  return (db as Kysely<Schema>).transaction().execute(run);
}

/** Whoever writes for a tenant need not know whether it has been heard of. */
export async function ensureTenant(db: Db, tenant: string): Promise<void> {
  await db
    .insertInto('tenants')
    .values({ tenant })
    .onConflict((oc) => oc.doNothing())
    .execute();
}

/** The most rows that a page has, whatever is asked for. */
const MOST_ROWS = 500;

export function pageSize(limit: number): number {
  return Number.isInteger(limit) ? Math.min(Math.max(limit, 1), MOST_ROWS) : MOST_ROWS;
}

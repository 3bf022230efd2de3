import type { Selectable } from 'kysely';
import type { Db, TenantsTable } from '../schema.ts';
import { ensureTenant, inTransaction } from '../sql.ts';

export async function findTenant(db: Db, tenant: string): Promise<Selectable<TenantsTable> | undefined> {
  return db.selectFrom('tenants').selectAll().where('tenant', '=', tenant).executeTakeFirst();
}

/** Makes the tenant, if it is not there. */
export async function nameTenant(db: Db, tenant: string, name: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    await trx.updateTable('tenants').set({ name }).where('tenant', '=', tenant).execute();
  });
}

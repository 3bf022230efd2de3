import type { Db } from '../schema.ts';

/** For work that has to be done for each of them, by functions that take one. */
export async function listTenants(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('tenants').select('tenant').orderBy('tenant').execute();
  return rows.map(({ tenant }) => tenant);
}

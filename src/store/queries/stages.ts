import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import type { StageKind } from '../schema-console.ts';
import { ensureTenant, inTransaction } from '../sql.ts';

export interface LeadStage {
  readonly stage: string;
  readonly label: string;
  readonly kind: StageKind;
}

/** In order; none while the tenant has those that everybody begins with. */
export async function listStages(db: Db, tenant: string): Promise<readonly LeadStage[]> {
  return db
    .selectFrom('lead_stages')
    .select(['stage', 'label', 'kind'])
    .where('tenant', '=', tenant)
    .orderBy('place')
    .execute();
}

/** Other stages, all at once. Changes nothing, and gives those that still hold leads, when they would go. */
export async function setStages(
  db: Db,
  tenant: string,
  stages: readonly LeadStage[],
): Promise<readonly { readonly stage: string; readonly leads: number }[]> {
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    const names = stages.map(({ stage }) => stage);
    const { rows } = await sql<{ stage: string; leads: number }>`
      select stage, count(*) as leads from leads
      where tenant = ${tenant} and not (stage = any(${names}::text[])) group by stage order by stage`.execute(trx);
    if (rows.length > 0) return rows;
    await trx.deleteFrom('lead_stages').where('tenant', '=', tenant).execute();
    const places = stages.map((stage, place) => ({ tenant, place, ...stage }));
    if (places.length > 0) await trx.insertInto('lead_stages').values(places).execute();
    return [];
  });
}

/** The number that the newest call came to: numbers without a country are of its country. */
export async function findOfficeNumber(db: Db, tenant: string): Promise<string | undefined> {
  const call = await db
    .selectFrom('calls')
    .select('to_number')
    .where('tenant', '=', tenant)
    .where('to_number', 'is not', null)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return call?.to_number ?? undefined;
}

import { type RawBuilder, sql } from 'kysely';

/** Where a tenant's leads begin. */
export function firstStage(tenant: string): RawBuilder<string> {
  return sql<string>`coalesce((select stage from lead_stages where tenant = ${tenant} order by place limit 1), 'new')`;
}

import { sql } from 'kysely';
import type { Place } from '../keyset.ts';
import type { Db } from '../schema.ts';

export interface ErasureLine extends Place {
  readonly erasureId: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly doneAt: Date | null;
  readonly calls: number;
  readonly report: Readonly<Record<string, number>>;
  readonly nodes: readonly { readonly node: string; readonly files: number; readonly at: string }[];
}

/** The newest first, one more than `limit` where there are more. */
export async function listErasures(
  db: Db,
  tenant: string,
  { before, limit }: { readonly before: Place | undefined; readonly limit: number },
): Promise<readonly ErasureLine[]> {
  const older = before ? sql`and (e.requested_at, e.erasure_id) < (${before.at}::timestamptz, ${before.key})` : sql``;
  const { rows } = await sql<ErasureLine>`
    select e.erasure_id as "erasureId", e.erasure_id as key, e.requested_at::text as at,
      e.requested_by as "requestedBy", e.requested_at as "requestedAt", e.done_at as "doneAt",
      case jsonb_typeof(e.call_sids) when 'array' then jsonb_array_length(e.call_sids) else 0 end as calls, e.report,
      coalesce((
        select jsonb_agg(jsonb_build_object('node', n.node, 'files', n.files, 'at', n.at) order by n.node)
        from erasure_nodes n where n.tenant = e.tenant and n.erasure_id = e.erasure_id), '[]') as nodes
    from erasures e
    where e.tenant = ${tenant} ${older}
    order by e.requested_at desc, e.erasure_id desc
    limit ${limit + 1}`.execute(db);
  return rows;
}

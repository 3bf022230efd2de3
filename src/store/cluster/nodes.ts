/** The processes that serve calls together: who is alive, by the database's clock. Belongs to no tenant. */
import type { Selectable } from 'kysely';
import type { Db, NodesTable } from '../schema.ts';
import { fromNow, now } from '../sql.ts';

export interface NodeLease {
  readonly node: string;
  readonly address: string | null;
  readonly version: string;
  readonly isDraining: boolean;
  readonly leaseMs: number;
}

/** Keeps a node alive for `leaseMs` from now. */
export async function renewLease(db: Db, lease: NodeLease): Promise<void> {
  const { node, address, version, isDraining, leaseMs } = lease;
  const columns = { address, version, is_draining: isDraining, lease_until: fromNow(leaseMs) };
  await db
    .insertInto('nodes')
    .values({ node, ...columns })
    .onConflict((oc) => oc.column('node').doUpdateSet(columns))
    .execute();
}

/** A node that leaves in peace. */
export async function endLease(db: Db, node: string): Promise<void> {
  await db.deleteFrom('nodes').where('node', '=', node).execute();
}

export async function liveNodes(db: Db): Promise<readonly Selectable<NodesTable>[]> {
  return db.selectFrom('nodes').selectAll().where('lease_until', '>', now()).orderBy('node').execute();
}

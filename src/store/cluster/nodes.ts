/** The processes that serve calls together: who is alive, by the database's clock. Belongs to no tenant. */
import { type Selectable, sql } from 'kysely';
import type { Db, NodesTable } from '../schema.ts';
import { ago, fromNow, now } from '../sql.ts';

export interface NodeLease {
  readonly node: string;
  /** Names the life of the process. */
  readonly run: string;
  readonly process: string;
  readonly version: string;
  readonly isDraining: boolean;
  readonly leaseMs: number;
}

export interface LeaseNews {
  /** The database's time. */
  readonly at: Date;
  /** Live nodes that take calls, without this one. */
  readonly others: number;
}

/**
 * Takes a name that nobody has, or whose lease is over, or that `dead` has: a run of which the caller knows more than the
 * lease tells. False when it is another's.
 */
export async function takeName(db: Db, lease: NodeLease, dead: string | undefined): Promise<boolean> {
  const { node, run, process, version, isDraining, leaseMs } = lease;
  const columns = { run, process, version, is_draining: isDraining, lease_until: fromNow(leaseMs) };
  const taken = await db
    .insertInto('nodes')
    .values({ node, ...columns })
    .onConflict((oc) =>
      oc
        .column('node')
        .doUpdateSet({ ...columns, started_at: now() })
        .where((eb) =>
          eb.or([
            eb('nodes.lease_until', '<=', now()),
            eb('nodes.run', '=', run),
            ...(dead === undefined ? [] : [eb('nodes.run', '=', dead)]),
          ]),
        ),
    )
    .returning('node')
    .executeTakeFirst();
  return taken !== undefined;
}

/** Who has a name now, whether alive or not. */
export async function findNode(db: Db, node: string): Promise<Selectable<NodesTable> | undefined> {
  return db.selectFrom('nodes').selectAll().where('node', '=', node).executeTakeFirst();
}

/** Keeps a node alive for `leaseMs` from now. Undefined when its name is another run's. */
export async function renewLease(
  db: Db,
  { node, run, isDraining, leaseMs }: NodeLease,
): Promise<LeaseNews | undefined> {
  return db
    .updateTable('nodes')
    .set({ is_draining: isDraining, lease_until: fromNow(leaseMs) })
    .where('node', '=', node)
    .where('run', '=', run)
    .returning([
      sql<Date>`clock_timestamp()`.as('at'),
      sql<number>`(select count(*) from nodes other
        where other.node <> nodes.node and other.lease_until > now() and not other.is_draining)`.as('others'),
    ])
    .executeTakeFirst();
}

/** A node that leaves in peace. */
export async function endLease(db: Db, { node, run }: Pick<NodeLease, 'node' | 'run'>): Promise<void> {
  await db.deleteFrom('nodes').where('node', '=', node).where('run', '=', run).execute();
}

export async function liveNodes(db: Db): Promise<readonly Selectable<NodesTable>[]> {
  return db.selectFrom('nodes').selectAll().where('lease_until', '>', now()).orderBy('node').execute();
}

/** Forgets nodes that have been dead for so long. */
export async function pruneNodes(db: Db, deadForMs: number): Promise<void> {
  await db.deleteFrom('nodes').where('lease_until', '<', ago(deadForMs)).execute();
}

/** What all nodes know of those who guess. */
import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import { ago, ensureTenant, inTransaction } from '../sql.ts';

export interface LimitRow {
  readonly bucket: string;
  readonly failures: number;
  /** How long ago the newest failure was; undefined without one. */
  readonly failedAgoMs: number;
  /** How long nothing is taken from it yet; 0 or less when it is free. */
  readonly blockedForMs: number;
}

export interface LimitChange {
  readonly bucket: string;
  readonly failures: number;
  readonly blockForMs: number;
}

/**
 * Decides on these buckets, one after the other on all nodes: nobody else reads or writes them until the decision is
 * written. Buckets that are not in the answer stay as they are.
 */
export async function decideLimits<T>(db: Db, tenant: string, { buckets, decide }: LimitDecision<T>): Promise<T> {
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    const ordered = [...new Set(buckets)].sort(); // all lock in the same order
    await trx
      .insertInto('login_limits')
      .values(ordered.map((bucket) => ({ tenant, bucket })))
      .onConflict((oc) => oc.doNothing())
      .execute();
    const rows = await trx
      .selectFrom('login_limits')
      .select(['bucket', 'failures'])
      .select(sql<number>`extract(epoch from clock_timestamp() - failed_at)::float8 * 1000`.as('failed_ago'))
      .select(sql<number>`extract(epoch from blocked_until - clock_timestamp())::float8 * 1000`.as('blocked_for'))
      .where('tenant', '=', tenant)
      .where('bucket', 'in', ordered)
      .orderBy('bucket')
      .forUpdate()
      .execute();
    const { answer, changes } = decide(
      rows.map(({ blocked_for, bucket, failed_ago, failures }) => ({
        bucket,
        failures,
        failedAgoMs: failed_ago,
        blockedForMs: blocked_for,
      })),
    );
    for (const { blockForMs, bucket, failures } of changes) {
      await trx
        .updateTable('login_limits')
        .set({
          failures,
          failed_at: sql<Date>`clock_timestamp()`,
          blocked_until: sql<Date>`clock_timestamp() + make_interval(secs => ${blockForMs / 1000})`,
        })
        .where('tenant', '=', tenant)
        .where('bucket', '=', bucket)
        .execute();
    }
    return answer;
  });
}

export interface LimitDecision<T> {
  readonly buckets: readonly string[];
  readonly decide: (rows: readonly LimitRow[]) => { readonly answer: T; readonly changes: readonly LimitChange[] };
}

/** Takes back one failure of each: it was none after all. The block that it brought goes too. */
export async function forgiveLimits(db: Db, tenant: string, buckets: readonly string[]): Promise<void> {
  await db
    .updateTable('login_limits')
    .set({ failures: sql<number>`greatest(failures - 1, 0)`, blocked_until: sql<Date>`clock_timestamp()` })
    .where('tenant', '=', tenant)
    .where('bucket', 'in', [...buckets])
    .execute();
}

/** Nothing is held against them any more. */
export async function clearLimits(db: Db, tenant: string, buckets: readonly string[]): Promise<void> {
  await db
    .deleteFrom('login_limits')
    .where('tenant', '=', tenant)
    .where('bucket', 'in', [...buckets])
    .execute();
}

/** Returns how many went. */
export async function pruneLimits(db: Db, tenant: string, olderThanMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('login_limits')
    .where('tenant', '=', tenant)
    .where('failed_at', '<', ago(olderThanMs))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

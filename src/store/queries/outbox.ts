import { sql } from 'kysely';
import { appendToOutbox } from '../outbox.ts';
import type { Db } from '../schema.ts';
import { ago, ensureTenant, inTransaction, pageSize } from '../sql.ts';

export interface OutboxNews {
  readonly position: number;
  readonly topic: string;
  readonly callSid: string | null;
  /** The fact, or what was published. */
  readonly content: unknown;
  readonly at: Date;
}

export interface OutboxPage {
  readonly news: readonly OutboxNews[];
  /** The cursor for the next page. */
  readonly position: number;
  /** What followed the given cursor has been pruned in part: whoever follows must look at everything anew. */
  readonly hasGap: boolean;
}

/** What has happened after a position, oldest first: without a hole, since positions are given in the order of commits. */
export async function readOutbox(
  db: Db,
  tenant: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<OutboxPage> {
  const rows = await db
    .selectFrom('outbox')
    .leftJoin('events', (join) =>
      join
        .onRef('events.tenant', '=', 'outbox.tenant')
        .onRef('events.call_sid', '=', 'outbox.call_sid')
        .onRef('events.key', '=', 'outbox.event_key'),
    )
    .select([
      'outbox.position',
      'outbox.topic',
      'outbox.call_sid',
      'outbox.payload',
      'outbox.recorded_at',
      'events.fact',
    ])
    .where('outbox.tenant', '=', tenant)
    .where('outbox.position', '>', after)
    .orderBy('outbox.position')
    .limit(pageSize(limit))
    .execute();
  const news = rows.map(({ position, topic, call_sid, payload, recorded_at, fact }) => ({
    position,
    topic,
    callSid: call_sid,
    content: fact ?? payload,
    at: recorded_at,
  }));
  const { prunedTo } = await readOutboxHead(db, tenant); // after the rows: they cannot have been pruned unseen
  return { news, position: news.at(-1)?.position ?? Math.max(after, prunedTo), hasGap: after < prunedTo };
}

/** Where the outbox ends now: where to begin following it. */
export async function readOutboxHead(
  db: Db,
  tenant: string,
): Promise<{ readonly position: number; readonly prunedTo: number }> {
  const head = await db
    .selectFrom('outbox_heads')
    .select(['position', 'pruned_to'])
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  return { position: head?.position ?? 0, prunedTo: head?.pruned_to ?? 0 };
}

/** News that are no facts of a call. Whoever publishes also notifies, on `OUTBOX_CHANNEL`. */
export async function publish(
  db: Db,
  tenant: string,
  { topic, payload }: { readonly topic: string; readonly payload: unknown },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    await appendToOutbox(trx, [{ tenant, topic, payload }]);
  });
}

/** Returns how many entries went. What they told of stays where it is. */
export async function pruneOutbox(db: Db, tenant: string, olderThanMs: number): Promise<number> {
  return inTransaction(db, async (trx) => {
    const old = await trx
      .selectFrom('outbox')
      .select((eb) => eb.fn.max('position').as('position'))
      .where('tenant', '=', tenant)
      .where('recorded_at', '<', ago(olderThanMs))
      .executeTakeFirst();
    const prunedTo = old?.position;
    if (prunedTo === undefined || prunedTo === null) return 0;
    const { numDeletedRows } = await trx
      .deleteFrom('outbox')
      .where('tenant', '=', tenant)
      .where('position', '<=', prunedTo)
      .executeTakeFirst();
    await trx
      .updateTable('outbox_heads')
      .set({ pruned_to: sql`greatest(pruned_to, ${prunedTo})` })
      .where('tenant', '=', tenant)
      .execute();
    return Number(numDeletedRows);
  });
}

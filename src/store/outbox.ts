/**
 * What has happened, in an order that a reader can resume from. Positions are counted per tenant in a row that stays
 * locked until the commit: whoever can see position 7 can see every position below it, so a cursor never skips one.
 */
import type { Transaction } from 'kysely';
import { type Schema, toJson } from './schema.ts';

/** The payload of a notification on it is the tenant whose outbox has grown. */
export const OUTBOX_CHANNEL = 'kav_outbox';

export interface OutboxEntry {
  readonly tenant: string;
  readonly topic: string;
  /** Names the fact that it tells of. */
  readonly callSid?: string;
  readonly eventKey?: string;
  /** What it tells, when it is no fact. */
  readonly payload?: unknown;
}

/** Must be the last of its transaction: other writers of these tenants wait for its end. Returns the tenants. */
export async function appendToOutbox(
  trx: Transaction<Schema>,
  entries: readonly OutboxEntry[],
): Promise<readonly string[]> {
  const tenants = [...new Set(entries.map(({ tenant }) => tenant))].sort();
  if (tenants.length === 0) return [];
  const countOf = (tenant: string) => entries.filter((entry) => entry.tenant === tenant).length;
  const heads = await trx
    .insertInto('outbox_heads')
    .values(tenants.map((tenant) => ({ tenant, position: countOf(tenant) })))
    .onConflict((oc) =>
      oc
        .column('tenant')
        .doUpdateSet((eb) => ({ position: eb('outbox_heads.position', '+', eb.ref('excluded.position')) })),
    )
    .returning(['tenant', 'position'])
    .execute();
  const next = new Map(heads.map(({ tenant, position }) => [tenant, position - countOf(tenant)]));
  const rows = entries.map(({ tenant, topic, callSid, eventKey, payload }) => {
    const position = next.get(tenant)! + 1;
    next.set(tenant, position);
    return {
      tenant,
      position,
      topic,
      call_sid: callSid ?? null,
      event_key: eventKey ?? null,
      payload: payload === undefined ? null : toJson(payload),
    };
  });
  await trx.insertInto('outbox').values(rows).execute();
  return tenants;
}

import { sql, type Transaction } from 'kysely';
import { NO_FINAL_WORD } from '../apply/call-state.ts';
import { appendToOutbox } from '../outbox.ts';
import { type Db, type Schema, toJson } from '../schema.ts';
import { ago, inTransaction, now } from '../sql.ts';

export interface StaleCalls {
  /** Since when nothing was told of a call. */
  readonly olderThanMs: number;
  /** Calls that live on this node, whatever the store knows of them. */
  readonly liveCallSids: readonly string[];
  /** This node. Its own lease protects none of its calls: it may have been restarted, and then knows what it serves. */
  readonly node?: string;
}

/**
 * Closes calls of which no end was told: Twilio's callback was lost, and their node has died. A call whose node still
 * holds its lease is never touched. Should its end be told after all, that takes the place of ours. Returns the CallSids.
 */
export async function closeStaleCalls(db: Db, tenant: string, stale: StaleCalls): Promise<readonly string[]> {
  return inTransaction(db, async (trx) => {
    const closed = await endSilent(trx, tenant, stale);
    if (closed.length === 0) return [];
    await trx
      .insertInto('events')
      .values(closed.map((call) => ({ tenant, ...eventOf(call) })))
      .onConflict((oc) => oc.doNothing())
      .execute();
    await trx
      .updateTable('legs')
      .set({ ended_at: now() })
      .where('tenant', '=', tenant)
      .where('ended_at', 'is', null)
      .where(
        'call_sid',
        'in',
        closed.map(({ call_sid }) => call_sid),
      )
      .execute();
    await appendToOutbox(
      trx,
      closed.map((call) => ({ tenant, topic: CALL_CLOSED, callSid: call.call_sid, eventKey: eventOf(call).key })),
    );
    return closed.map(({ call_sid }) => call_sid);
  });
}

const CALL_CLOSED = 'call-closed';

interface Closed {
  readonly call_sid: string;
  readonly fence: number;
  readonly node: string | null;
  readonly ended_at: Date | null;
}

/** In the order in which facts lock calls. A call that somebody works on is not stale. */
async function endSilent(
  trx: Transaction<Schema>,
  tenant: string,
  { olderThanMs, liveCallSids, node = '' }: StaleCalls,
): Promise<readonly Closed[]> {
  const silent = await trx
    .selectFrom('calls')
    .select('call_sid')
    .where('tenant', '=', tenant)
    .where('state', '<>', 'ended')
    .where('touched_at', '<', ago(olderThanMs))
    .where(sql<boolean>`not (call_sid = any(${liveCallSids}::text[]))`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('nodes')
            .select('node')
            .whereRef('nodes.node', '=', 'calls.node')
            .where('nodes.node', '<>', node)
            .where('nodes.lease_until', '>', now()),
        ),
      ),
    )
    .orderBy('call_sid')
    .forUpdate()
    .skipLocked()
    .execute();
  if (silent.length === 0) return [];
  return trx
    .updateTable('calls')
    .set((eb) => ({ state: 'ended', ended_at: now(), end_reason: NO_FINAL_WORD, ended_fence: eb.ref('fence') }))
    .where('tenant', '=', tenant)
    .where(
      'call_sid',
      'in',
      silent.map(({ call_sid }) => call_sid),
    )
    .returning(['call_sid', 'fence', 'node', 'ended_at'])
    .execute();
}

function eventOf({ call_sid, fence, node, ended_at }: Closed) {
  const at = ended_at ?? new Date(0);
  const fact = { type: CALL_CLOSED, reason: NO_FINAL_WORD, callSid: call_sid, at: at.toISOString() };
  return {
    call_sid,
    key: `${CALL_CLOSED}/${fence}`,
    type: CALL_CLOSED,
    fact: toJson(fact),
    node: node ?? '',
    fence,
    at,
  };
}

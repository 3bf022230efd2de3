/** Which node has a call: the one that claimed its newest attempt. */
import { sql } from 'kysely';
import type { Fact } from '../../core/fact.ts';
import type { Db } from '../schema.ts';
import { ago } from '../sql.ts';
import type { PlaceOwner } from './places.ts';

export interface ClaimRequest extends PlaceOwner {
  readonly callSid: string;
  readonly streamSid: string;
  readonly attempt: number;
  readonly issuedAt: Date;
  /** Of the token. */
  readonly lifetimeMs: number;
}

export interface ClaimVerdict {
  readonly verdict: 'claimed' | 'token-used' | 'token-expired';
  /** Who had the call, or heard of it first. */
  readonly nodeBefore: string | null;
}

/** `claimed` for one stream of all that ask with the same attempt; for that one again and again. */
export async function claimCall(db: Db, tenant: string, request: ClaimRequest): Promise<ClaimVerdict> {
  const { callSid, streamSid, attempt, node, run, issuedAt, lifetimeMs } = request;
  const { rows } = await sql<{ readonly verdict: ClaimVerdict['verdict']; readonly node_before: string | null }>`
    select * from kav_claim(${tenant}, ${callSid}, ${streamSid}, ${attempt}::integer, ${node}, ${run},
      ${issuedAt.toISOString()}::timestamptz, make_interval(secs => ${lifetimeMs / 1000}))`.execute(db);
  const { verdict, node_before } = rows[0]!;
  return { verdict, nodeBefore: node_before };
}

export interface CallHolder {
  readonly node: string | null;
  readonly fence: number;
  readonly state: 'opened' | 'streaming' | 'ended';
  readonly endReason: string | null;
  /** Whether the node that has it is alive. */
  readonly isAlive: boolean;
}

export async function findHolder(db: Db, tenant: string, callSid: string): Promise<CallHolder | undefined> {
  const row = await db
    .selectFrom('calls')
    .select(['node', 'fence', 'state', 'end_reason'])
    .select(sql<boolean>`exists (select from nodes where nodes.node = calls.node and lease_until > now())`.as('alive'))
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .executeTakeFirst();
  if (!row) return undefined;
  const { alive, end_reason, fence, node, state } = row;
  return { node, fence, state, endReason: end_reason, isAlive: alive };
}

/** Of these calls, those that another node has claimed, at the same attempt or a later one. */
export async function lostCalls(
  db: Db,
  tenant: string,
  { node, calls }: { readonly node: string; readonly calls: readonly { callSid: string; attempt: number }[] },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('calls')
    .select(['call_sid', 'fence'])
    .where('tenant', '=', tenant)
    .where('node', '<>', node)
    .where(sql<boolean>`call_sid = any(${calls.map(({ callSid }) => callSid)}::text[])`)
    .execute();
  const fences = new Map(rows.map(({ call_sid, fence }) => [call_sid, fence]));
  return calls.flatMap(({ callSid, attempt }) => ((fences.get(callSid) ?? -1) >= attempt ? [callSid] : []));
}

/** Everything that is known of a call, as it was told; what the newest node says of the same comes last. */
export async function listFacts(db: Db, tenant: string, callSid: string): Promise<readonly Fact[]> {
  const rows = await db
    .selectFrom('events')
    .select('fact')
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('fence')
    .orderBy('recorded_at')
    .execute();
  return rows.map(({ fact }) => fact as unknown as Fact);
}

/** Forgets claims of calls that ended long ago: their tokens are too old by themselves. */
export async function pruneClaims(db: Db, tenant: string, olderThanMs: number): Promise<void> {
  await db
    .deleteFrom('stream_claims')
    .where('tenant', '=', tenant)
    .where('claimed_at', '<', ago(olderThanMs))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('calls')
          .select('call_sid')
          .whereRef('calls.tenant', '=', 'stream_claims.tenant')
          .whereRef('calls.call_sid', '=', 'stream_claims.call_sid')
          .where('calls.state', '=', 'ended'),
      ),
    )
    .execute();
}

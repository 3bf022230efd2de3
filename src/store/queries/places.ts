/** Which calls count against the limits of a node, a tenant and all nodes together. */
import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import { ago } from '../sql.ts';

export interface PlaceOwner {
  readonly node: string;
  readonly run: string;
}

export interface CallLimits {
  readonly node: number;
  readonly tenant: number;
  /** Of all nodes and tenants. */
  readonly total: number;
}

export interface PlaceRequest extends PlaceOwner {
  readonly callSids: readonly string[];
  readonly limits: CallLimits;
  /** How long a place is kept for a call whose stream has not come. */
  readonly holdMs: number;
}

/** `admitted`, again for a call that has a place; otherwise the limit that is reached. */
export type PlaceVerdict = 'admitted' | keyof CallLimits;

/** A verdict for each call, in the order asked for. Exact, whoever asks at once. */
export async function takePlaces(db: Db, tenant: string, request: PlaceRequest): Promise<readonly PlaceVerdict[]> {
  const { callSids, node, run, limits, holdMs } = request;
  const { rows } = await sql<{ readonly verdict: PlaceVerdict }>`
    select kav_admit(${tenant}, asked.call_sid, ${node}, ${run}, ${limits.node}, ${limits.tenant}, ${limits.total},
      make_interval(secs => ${holdMs / 1000})) as verdict
    from unnest(${callSids}::text[]) with ordinality as asked (call_sid, nth) order by asked.nth`.execute(db);
  return rows.map(({ verdict }) => verdict);
}

export async function freePlace(
  db: Db,
  tenant: string,
  { callSid, run }: { readonly callSid: string; readonly run: string },
): Promise<void> {
  await db
    .deleteFrom('places')
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .where('run', '=', run)
    .execute();
}

export interface ForgottenPlaces {
  readonly run: string;
  readonly liveCallSids: readonly string[];
  readonly olderThanMs: number;
}

/** Frees places of a run whose calls it does not serve any more: their release was lost. */
export async function freeForgottenPlaces(
  db: Db,
  tenant: string,
  { run, liveCallSids, olderThanMs }: ForgottenPlaces,
): Promise<void> {
  await db
    .deleteFrom('places')
    .where('tenant', '=', tenant)
    .where('run', '=', run)
    .where('admitted_at', '<', ago(olderThanMs))
    .where(sql<boolean>`not (call_sid = any(${liveCallSids}::text[]))`)
    .execute();
}

/** Forgets places of runs that are over. */
export async function prunePlaces(db: Db, tenant: string): Promise<void> {
  await db
    .deleteFrom('places')
    .where('tenant', '=', tenant)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('nodes').select('node').whereRef('nodes.run', '=', 'places.run'))),
    )
    .execute();
}

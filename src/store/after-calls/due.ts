/** What should be done after calls, read from what the store holds: asking again gives the same. */
import { sql } from 'kysely';
import type { CallName } from '../../core/fact.ts';
import type { Db } from '../schema.ts';
import { isErased } from './erased.ts';
import { carrierRecordings } from './recordings.ts';

/** Either one call, just after a fact of it was applied, or all that has changed since a time. */
export type DueScope = CallName | { readonly since: Date };

export type Due =
  | ({ readonly type: 'call-ended' } & CallName)
  /** Twilio has it, and it is not here yet. */
  | ({ readonly type: 'recording'; readonly recordingId: string } & CallName)
  | ({ readonly type: 'stored-recording'; readonly recordingId: string } & CallName)
  /** `revision` is 1 for a new one and grows with each change. */
  | ({ readonly type: 'lead'; readonly leadId: string; readonly revision: number } & CallName)
  | ({ readonly type: 'appointment'; readonly appointmentId: string } & CallName)
  /** Whose call it was has been erased; `pass` counts how often. */
  | ({ readonly type: 'erased'; readonly erasureId: string; readonly pass: number } & CallName);

const MOST = 5000;

export async function findDue(db: Db, scope: DueScope): Promise<readonly Due[]> {
  return [
    ...(await endedCalls(db, scope)),
    ...(await recordings(db, scope)),
    ...(await leads(db, scope)),
    ...(await appointments(db, scope)),
    ...('since' in scope ? await erased(db, scope.since) : []),
  ];
}

async function endedCalls(db: Db, scope: DueScope): Promise<Due[]> {
  const rows = await db
    .selectFrom('calls')
    .select(['tenant', 'call_sid as callSid'])
    .where('state', '=', 'ended')
    .where(sql<boolean>`not ${isErased(sql.ref('calls.tenant'), sql.ref('calls.call_sid'))}`)
    .where((eb) =>
      'since' in scope ? eb('touched_at', '>', scope.since) : eb.and({ tenant: scope.tenant, call_sid: scope.callSid }),
    )
    .orderBy('touched_at')
    .limit(MOST)
    .execute();
  return rows.map((row) => ({ type: 'call-ended', ...row }));
}

async function recordings(db: Db, scope: DueScope): Promise<Due[]> {
  const rows = await carrierRecordings(db)
    .select(['r.tenant', 'r.call_sid as callSid', 'r.recording_id as recordingId', 's.object_key'])
    .where('r.status', '=', 'completed')
    .where((eb) =>
      'since' in scope
        ? eb.or([eb('c.touched_at', '>', scope.since), eb('s.stored_at', '>', scope.since)])
        : eb.and({ 'r.tenant': scope.tenant, 'r.call_sid': scope.callSid }),
    )
    .limit(MOST)
    .execute();
  return rows.map(({ object_key, ...name }) => ({
    type: object_key === null ? 'recording' : 'stored-recording',
    ...name,
  }));
}

/**
 * A fact may be older than its arrival, so the time of the call's last fact counts as well as that of the row. A lead is
 * as it was made when it bears the time of the first outcome of its call.
 */
async function leads(db: Db, scope: DueScope): Promise<Due[]> {
  const rows = await db
    .selectFrom('leads as l')
    .innerJoin('calls as c', (join) => join.onRef('c.tenant', '=', 'l.tenant').onRef('c.call_sid', '=', 'l.call_sid'))
    .select(['l.tenant', 'c.call_sid as callSid', 'l.lead_id as leadId', 'l.created_at', 'l.updated_at'])
    .select(({ selectFrom }) =>
      selectFrom('events as e')
        .select(({ fn }) => fn.min('e.at').as('at'))
        .whereRef('e.tenant', '=', 'l.tenant')
        .whereRef('e.call_sid', '=', 'l.call_sid')
        .where('e.type', '=', 'outcome')
        .as('first_outcome_at'),
    )
    .where((eb) =>
      'since' in scope
        ? eb.or([eb('c.touched_at', '>', scope.since), eb('l.updated_at', '>', scope.since)])
        : eb.and({ 'l.tenant': scope.tenant, 'l.call_sid': scope.callSid }),
    )
    .orderBy('l.updated_at')
    .limit(MOST)
    .execute();
  return rows.flatMap(({ tenant, callSid, leadId, created_at, updated_at, first_outcome_at }) => {
    const lead = { type: 'lead', tenant, callSid, leadId } as const;
    const created = { ...lead, revision: 1 };
    const isChanged = updated_at.getTime() > (first_outcome_at ?? created_at).getTime();
    return isChanged ? [created, { ...lead, revision: updated_at.getTime() }] : [created];
  });
}

async function appointments(db: Db, scope: DueScope): Promise<Due[]> {
  const rows = await db
    .selectFrom('appointments as a')
    .innerJoin('calls as c', (join) => join.onRef('c.tenant', '=', 'a.tenant').onRef('c.call_sid', '=', 'a.call_sid'))
    .select(['a.tenant', 'c.call_sid as callSid', 'a.appointment_id as appointmentId'])
    .where('a.status', '=', 'booked')
    .where((eb) =>
      'since' in scope
        ? eb.or([eb('c.touched_at', '>', scope.since), eb('a.updated_at', '>', scope.since)])
        : eb.and({ 'a.tenant': scope.tenant, 'a.call_sid': scope.callSid }),
    )
    .orderBy('a.updated_at')
    .limit(MOST)
    .execute();
  return rows.map((row) => ({ type: 'appointment', ...row }));
}

async function erased(db: Db, since: Date): Promise<Due[]> {
  const rows = await db
    .selectFrom('erasures')
    .select(['tenant', 'erasure_id as erasureId', 'call_sids', 'passes'])
    .where('done_at', '>', since)
    .execute();
  return rows.flatMap(({ call_sids, passes, ...name }) => erasedCalls(name, call_sids, passes));
}

/** What is due for each call of an erasure that was gone through. */
export function erasedCalls(
  name: { readonly tenant: string; readonly erasureId: string },
  callSids: readonly string[],
  pass: number,
): Due[] {
  return callSids.map((callSid) => ({ type: 'erased', ...name, callSid, pass }));
}

import type { Selectable } from 'kysely';
import type {
  CallState,
  CallsTable,
  Db,
  EventsTable,
  LegsTable,
  StreamsTable,
  ToolEffectsTable,
  TurnsTable,
} from '../schema.ts';
import { pageSize } from '../sql.ts';

export interface CallFilter {
  readonly state?: CallState;
  readonly contactNumber?: string;
  /** Only calls older than this one: the last of the page before. */
  readonly before?: { readonly openedAt: Date; readonly callSid: string };
  readonly limit: number;
}

/** The newest first. */
export async function listCalls(
  db: Db,
  tenant: string,
  filter: CallFilter,
): Promise<readonly Selectable<CallsTable>[]> {
  const { state, contactNumber, before, limit } = filter;
  let query = db.selectFrom('calls').selectAll().where('tenant', '=', tenant);
  if (state !== undefined) query = query.where('state', '=', state);
  if (contactNumber !== undefined) query = query.where('contact_number', '=', contactNumber);
  if (before !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('opened_at', 'call_sid'), '<', tuple(before.openedAt, before.callSid)),
    );
  }
  return query.orderBy('opened_at', 'desc').orderBy('call_sid', 'desc').limit(pageSize(limit)).execute();
}

export async function findCall(db: Db, tenant: string, callSid: string): Promise<Selectable<CallsTable> | undefined> {
  return db
    .selectFrom('calls')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .executeTakeFirst();
}

/** In the order in which they were spoken, also when two nodes have told them. */
export async function listTurns(db: Db, tenant: string, callSid: string): Promise<readonly Selectable<TurnsTable>[]> {
  return db
    .selectFrom('turns')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('from_ms')
    .orderBy('turn_index')
    .orderBy('fence')
    .execute();
}

export async function listToolEffects(
  db: Db,
  tenant: string,
  callSid: string,
): Promise<readonly Selectable<ToolEffectsTable>[]> {
  return db
    .selectFrom('tool_effects')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('at')
    .orderBy('key')
    .execute();
}

export async function listStreams(
  db: Db,
  tenant: string,
  callSid: string,
): Promise<readonly Selectable<StreamsTable>[]> {
  return db
    .selectFrom('streams')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('attempt')
    .orderBy('stream_sid')
    .execute();
}

export async function listLegs(db: Db, tenant: string, callSid: string): Promise<readonly Selectable<LegsTable>[]> {
  return db
    .selectFrom('legs')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('started_at')
    .orderBy('leg_sid')
    .execute();
}

/** Everything that was told of a call, as it was told. */
export async function listEvents(db: Db, tenant: string, callSid: string): Promise<readonly Selectable<EventsTable>[]> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('call_sid', '=', callSid)
    .orderBy('at')
    .orderBy('key')
    .execute();
}

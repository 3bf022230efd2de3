/** What nodes ask of each other: a row that is taken once, and answered in place. */
import { sql } from 'kysely';
import { type Db, toJson } from '../schema.ts';
import { ago, fromNow, now } from '../sql.ts';

export interface NewCommand {
  readonly commandId: string;
  readonly callSid: string;
  readonly fromNode: string;
  readonly name: string;
  readonly body: unknown;
  readonly withinMs: number;
}

/** Leaves a command for the live node that has the call, and returns its name; undefined when there is none. */
export async function leaveCommand(db: Db, tenant: string, command: NewCommand): Promise<string | undefined> {
  const { commandId, callSid, fromNode, name, body, withinMs } = command;
  const left = await db
    .insertInto('commands')
    .columns(['tenant', 'command_id', 'call_sid', 'from_node', 'to_node', 'to_run', 'name', 'body', 'expires_at'])
    .expression((eb) =>
      eb
        .selectFrom('calls')
        .innerJoin('nodes', 'nodes.node', 'calls.node')
        .select([
          'calls.tenant',
          sql<string>`${commandId}::text`.as('command_id'),
          'calls.call_sid',
          sql<string>`${fromNode}::text`.as('from_node'),
          'nodes.node',
          'nodes.run',
          sql<string>`${name}::text`.as('name'),
          sql`${toJson(body ?? null)}::jsonb`.as('body'),
          fromNow(withinMs).as('expires_at'),
        ])
        .where('calls.tenant', '=', tenant)
        .where('calls.call_sid', '=', callSid)
        .where('nodes.lease_until', '>', now()),
    )
    .returning('to_node')
    .executeTakeFirst();
  return left?.to_node;
}

export interface TakenCommand {
  readonly commandId: string;
  readonly callSid: string;
  readonly fromNode: string;
  readonly name: string;
  readonly body: unknown;
  readonly leftMs: number;
}

/** The commands for a run that nobody has taken and whose time is not over: each is given once, ever. */
export async function takeCommands(db: Db, tenant: string, run: string): Promise<readonly TakenCommand[]> {
  const rows = await db
    .updateTable('commands')
    .set({ taken_at: now() })
    .where('tenant', '=', tenant)
    .where('to_run', '=', run)
    .where('taken_at', 'is', null)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .returning(['command_id', 'call_sid', 'from_node', 'name', 'body'])
    .returning(sql<number>`(1000 * extract(epoch from expires_at - clock_timestamp()))::double precision`.as('left_ms'))
    .execute();
  return rows.map(({ command_id, call_sid, from_node, name, body, left_ms }) => ({
    commandId: command_id,
    callSid: call_sid,
    fromNode: from_node,
    name,
    body,
    leftMs: left_ms,
  }));
}

export async function answerCommand(
  db: Db,
  tenant: string,
  { commandId, answer }: { readonly commandId: string; readonly answer: unknown },
): Promise<void> {
  await db
    .updateTable('commands')
    .set({ answer: toJson(answer ?? null), answered_at: now(), body: NOTHING })
    .where('tenant', '=', tenant)
    .where('command_id', '=', commandId)
    .execute();
}

/** The answers that have come, by the command's id. */
export async function readAnswers(
  db: Db,
  tenant: string,
  commandIds: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const rows = await db
    .selectFrom('commands')
    .select(['command_id', 'answer'])
    .where('tenant', '=', tenant)
    .where('command_id', 'in', commandIds)
    .where('answered_at', 'is not', null)
    .execute();
  return new Map(rows.map(({ command_id, answer }) => [command_id, answer]));
}

/** Commands may hold what is to be said: it stays no longer than it is needed. */
const NOTHING = toJson(null);

export async function pruneCommands(db: Db, tenant: string, expiredForMs: number): Promise<void> {
  await db
    .updateTable('commands')
    .set({ body: NOTHING })
    .where('tenant', '=', tenant)
    .where('expires_at', '<', now())
    .where('answered_at', 'is', null)
    .where('body', '!=', NOTHING)
    .execute();
  await db.deleteFrom('commands').where('tenant', '=', tenant).where('expires_at', '<', ago(expiredForMs)).execute();
}

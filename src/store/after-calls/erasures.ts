/** The rows of erasures: what each has done so far, which is its proof. */
import { sql } from 'kysely';
import { type CarrierCopy, type Db, type ErasureKind, toJson } from '../schema.ts';
import { inTransaction } from '../sql.ts';
import { type Counts, sumOf } from './counts.ts';
import { eraseCalls, eraseWords, hasReturned, haveWordsReturned } from './erase-calls.ts';

export interface ErasureName {
  readonly tenant: string;
  readonly erasureId: string;
}

export interface Erasure extends ErasureName {
  readonly subjectHash: string;
  readonly callSids: readonly string[];
  /** Calls of others in which the number was said. */
  readonly mentionedIn: readonly string[];
  /** What Twilio is still to delete. */
  readonly carrierCopies: readonly CarrierCopy[];
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly doneAt: Date | undefined;
  /** How many times the whole was gone through. */
  readonly passes: number;
  readonly report: Readonly<Counts>;
  readonly kind: ErasureKind;
}

export async function readErasure(db: Db, { tenant, erasureId }: ErasureName): Promise<Erasure | undefined> {
  const row = await db
    .selectFrom('erasures')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('erasure_id', '=', erasureId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    tenant,
    erasureId,
    subjectHash: row.subject_hash,
    callSids: row.call_sids,
    mentionedIn: row.mentioned_in,
    carrierCopies: row.carrier_recordings,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    doneAt: row.done_at ?? undefined,
    passes: row.passes,
    report: row.report,
    kind: row.kind,
  };
}

/**
 * Erases the rows and writes down how many they were, both or neither. What Twilio still has is remembered by its SID.
 */
export async function eraseRows(db: Db, erasure: Erasure): Promise<void> {
  const { tenant, callSids, erasureId } = erasure;
  if (callSids.length === 0) return;
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<CarrierCopy>`
      select c.account_sid as "accountSid", r.recording_id as "recordingSid", r.url
      from recordings r join calls c using (tenant, call_sid)
      where r.tenant = ${tenant} and r.call_sid in (${sql.join(callSids)})
        and r.source = 'carrier' and c.account_sid is not null
    `.execute(trx);
    if (rows.length > 0) await setCarrierCopies(trx, { tenant, erasureId }, [...erasure.carrierCopies, ...rows]);
    const erase = erasure.kind === 'words' ? eraseWords : eraseCalls;
    await addToReport(trx, erasure, await erase(trx, tenant, callSids));
  });
}

export async function setCarrierCopies(db: Db, name: ErasureName, copies: readonly CarrierCopy[]): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ carrier_recordings: toJson(copies) })
    .where('tenant', '=', name.tenant)
    .where('erasure_id', '=', name.erasureId)
    .execute();
}

export async function addToReport(db: Db, { tenant, erasureId }: ErasureName, counts: Readonly<Counts>): Promise<void> {
  const of = { tenant, erasure_id: erasureId };
  await inTransaction(db, async (trx) => {
    const row = await trx
      .selectFrom('erasures')
      .select('report')
      .where((eb) => eb.and(of))
      .forUpdate()
      .executeTakeFirst();
    const report = toJson(sumOf(row?.report ?? {}, counts));
    await trx
      .updateTable('erasures')
      .set({ report })
      .where((eb) => eb.and(of))
      .execute();
  });
}

/**
 * Ends a pass, and writes the report to the audit. The number is in neither. Where the erasure has come to name more calls
 * than the pass has `seen`, it is not done.
 */
export async function finishErasure(db: Db, { tenant, erasureId }: ErasureName, seen: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const of = { tenant, erasure_id: erasureId };
    const row = await trx
      .updateTable('erasures')
      .set({ done_at: sql`case when ${namedCalls('erasures')} <= ${seen} then now() end`, passes: sql`passes + 1` })
      .where((eb) => eb.and(of))
      .returning(['subject_hash', 'call_sids', 'passes', 'report'])
      .executeTakeFirstOrThrow();
    const details = toJson({ erasure: erasureId, pass: row.passes, calls: row.call_sids.length, erased: row.report });
    await trx
      .insertInto('audit')
      .values({ tenant, actor: 'kav', action: 'erasure-done', subject: row.subject_hash, details })
      .execute();
  });
}

/** Erasures of the last days that must go on: not done, or calls of theirs hold something again. */
export async function unfinishedErasures(db: Db, since: Date): Promise<readonly Erasure[]> {
  const rows = await db
    .selectFrom('erasures')
    .select(['tenant', 'erasure_id'])
    .where('requested_at', '>', since)
    .execute();
  const unfinished: Erasure[] = [];
  for (const { tenant, erasure_id } of rows) {
    const erasure = await readErasure(db, { tenant, erasureId: erasure_id });
    if (!erasure) continue;
    const returned = erasure.kind === 'words' ? haveWordsReturned : hasReturned;
    if (!erasure.doneAt || (await returned(db, tenant, erasure.callSids))) unfinished.push(erasure);
  }
  return unfinished;
}

/** What each node must know. */
export type RecentErasure = Pick<Erasure, 'tenant' | 'erasureId' | 'subjectHash' | 'callSids' | 'mentionedIn'>;
const RECENT = [
  'e.tenant',
  'e.erasure_id as erasureId',
  'e.subject_hash as subjectHash',
  'e.call_sids as callSids',
  'e.mentioned_in as mentionedIn',
] as const;

/** Erasures whose files a node has not looked for yet, or that have come to name more calls since. */
export async function erasuresForNode(db: Db, node: string, since: Date): Promise<readonly RecentErasure[]> {
  return await db
    .selectFrom('erasures as e')
    .leftJoin('erasure_nodes as n', (join) =>
      join.onRef('n.tenant', '=', 'e.tenant').onRef('n.erasure_id', '=', 'e.erasure_id').on('n.node', '=', node),
    )
    .select(RECENT)
    .where('e.requested_at', '>', since)
    .where(({ eb, or }) => or([eb('n.node', 'is', null), eb('n.seen', '<', namedCalls('e'))]))
    .execute();
}

const namedCalls = (erasures: string) =>
  sql<number>`(jsonb_array_length(${sql.ref(`${erasures}.call_sids`)})
    + jsonb_array_length(${sql.ref(`${erasures}.mentioned_in`)}))`;

export interface NodeErased {
  readonly files: number;
  /** How many calls were named when it looked. */
  readonly seen: number;
  readonly report: Readonly<Counts>;
}

/** Adds to what the node has told before. */
export async function noteNodeErased(
  db: Db,
  { tenant, erasureId }: ErasureName,
  node: string,
  { files, report, seen }: NodeErased,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const of = { tenant, erasure_id: erasureId, node };
    await trx
      .insertInto('erasure_nodes')
      .values({ ...of, files: 0, report: '{}' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const before = await trx
      .selectFrom('erasure_nodes')
      .select(['files', 'report', 'seen'])
      .where((eb) => eb.and(of))
      .forUpdate()
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('erasure_nodes')
      .set({
        files: before.files + files,
        seen: Math.max(before.seen, seen),
        report: toJson(sumOf(before.report, report)),
        at: sql`now()`,
      })
      .where((eb) => eb.and(of))
      .execute();
  });
}

/** Erasures that were asked for since then, whatever has become of them. */
export async function recentErasures(db: Db, since: Date): Promise<readonly RecentErasure[]> {
  return await db.selectFrom('erasures as e').select(RECENT).where('e.requested_at', '>', since).execute();
}

/** Calls that turned out to be the person's: the erasure is gone through again. */
export async function addCallsToErasure(db: Db, name: ErasureName, callSids: readonly string[]): Promise<void> {
  await sql`update erasures set done_at = null, call_sids = call_sids || ${toJson(callSids)}::jsonb
    where tenant = ${name.tenant} and erasure_id = ${name.erasureId}`.execute(db);
}

export interface NodePart {
  readonly node: string;
  readonly files: number;
  readonly report: Readonly<Counts>;
  readonly at: Date;
}

/** Which nodes have looked for everything that the erasure names by now, and what each had. */
export async function nodesOfErasure(db: Db, { tenant, erasureId }: ErasureName): Promise<readonly NodePart[]> {
  return await db
    .selectFrom('erasure_nodes as n')
    .innerJoin('erasures as e', (join) =>
      join.onRef('n.tenant', '=', 'e.tenant').onRef('n.erasure_id', '=', 'e.erasure_id'),
    )
    .select(['n.node', 'n.files', 'n.report', 'n.at'])
    .where('e.tenant', '=', tenant)
    .where('e.erasure_id', '=', erasureId)
    .whereRef('n.seen', '>=', namedCalls('e'))
    .orderBy('n.node')
    .execute();
}

/** The rows of erasures: what each has done so far, which is its proof. */
import { sql } from 'kysely';
import { type CarrierCopy, type Db, type ErasureKind, toJson } from '../schema.ts';
import { type Counts, sumOf } from './counts.ts';
import { eraseCalls, eraseWords, hasReturned, haveWordsReturned } from './erase-calls.ts';

export interface ErasureName {
  readonly tenant: string;
  readonly erasureId: string;
}

export interface Erasure extends ErasureName {
  readonly subjectHash: string;
  readonly callSids: readonly string[];
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

export async function addToReport(db: Db, { tenant, erasureId }: ErasureName, counts: Counts): Promise<void> {
  const of = { tenant, erasure_id: erasureId };
  const row = await db
    .selectFrom('erasures')
    .select('report')
    .where((eb) => eb.and(of))
    .forUpdate()
    .executeTakeFirst();
  const report = toJson(sumOf(row?.report ?? {}, counts));
  await db
    .updateTable('erasures')
    .set({ report })
    .where((eb) => eb.and(of))
    .execute();
}

/** Ends a pass, and writes the report to the audit. The number is in neither. */
export async function finishErasure(db: Db, { tenant, erasureId }: ErasureName): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const of = { tenant, erasure_id: erasureId };
    const row = await trx
      .updateTable('erasures')
      .set({ done_at: sql`now()`, passes: sql`passes + 1` })
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

/** Erasures whose files a node has not looked for yet. */
export async function erasuresForNode(
  db: Db,
  node: string,
  since: Date,
): Promise<readonly (ErasureName & { readonly callSids: readonly string[] })[]> {
  const rows = await db
    .selectFrom('erasures as e')
    .leftJoin('erasure_nodes as n', (join) =>
      join.onRef('n.tenant', '=', 'e.tenant').onRef('n.erasure_id', '=', 'e.erasure_id').on('n.node', '=', node),
    )
    .select(['e.tenant', 'e.erasure_id as erasureId', 'e.call_sids as callSids'])
    .where('e.requested_at', '>', since)
    .where('n.node', 'is', null)
    .execute();
  return rows;
}

export async function noteNodeErased(
  db: Db,
  { tenant, erasureId }: ErasureName,
  node: string,
  files: number,
): Promise<void> {
  await db
    .insertInto('erasure_nodes')
    .values({ tenant, erasure_id: erasureId, node, files })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'erasure_id', 'node'])
        .doUpdateSet({ files: sql`erasure_nodes.files + excluded.files` }),
    )
    .execute();
}

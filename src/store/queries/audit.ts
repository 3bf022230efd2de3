import type { Selectable } from 'kysely';
import { type AuditTable, type Db, toJson } from '../schema.ts';
import { ensureTenant, inTransaction, pageSize } from '../sql.ts';

export interface AuditLine {
  /** Who did it: a user, or the part of Kav that acted by itself. */
  readonly actor: string;
  readonly action: string;
  readonly subject?: string;
  readonly details?: unknown;
}

/** In the transaction of what it tells of, so that neither is there without the other. */
export async function writeAudit(db: Db, tenant: string, line: AuditLine): Promise<void> {
  const { actor, action, subject, details } = line;
  await inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    await trx
      .insertInto('audit')
      .values({
        tenant,
        actor,
        action,
        subject: subject ?? null,
        details: details === undefined ? null : toJson(details),
      })
      .execute();
  });
}

/** The newest first. */
export async function listAudit(
  db: Db,
  tenant: string,
  { beforeId, limit }: { readonly beforeId?: number; readonly limit: number },
): Promise<readonly Selectable<AuditTable>[]> {
  let query = db.selectFrom('audit').selectAll().where('tenant', '=', tenant);
  if (beforeId !== undefined) query = query.where('audit_id', '<', beforeId);
  return query.orderBy('audit_id', 'desc').limit(pageSize(limit)).execute();
}

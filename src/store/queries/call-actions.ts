/** The register of what operators do in calls: an action is carried out once, however often and wherever it is asked for. */
import type { Db } from '../schema.ts';
import { ago, ensureTenant, inTransaction } from '../sql.ts';
import { writeAudit } from './audit.ts';

export interface AskedAction {
  readonly callSid: string;
  readonly actionId: string;
  readonly actor: string;
  /** Its type; what is said in it is not kept here. */
  readonly action: string;
}

export type Registered =
  /** Nobody has asked before, and the audit log tells of it. */
  | { readonly type: 'new' }
  /** `outcome` is null while nobody knows what came of it. */
  | { readonly type: 'known'; readonly actor: string; readonly action: string; readonly outcome: string | null };

export async function registerAction(db: Db, tenant: string, asked: AskedAction): Promise<Registered> {
  const { action, actionId, actor, callSid } = asked;
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    const made = await trx
      .insertInto('call_actions')
      .values({ tenant, call_sid: callSid, action_id: actionId, actor, action })
      .onConflict((oc) => oc.doNothing())
      .returning('action_id')
      .executeTakeFirst();
    if (made) {
      await writeAudit(trx, tenant, { actor, action: `call.${action}`, subject: callSid, details: { actionId } });
      return { type: 'new' };
    }
    const known = await trx
      .selectFrom('call_actions')
      .select(['actor', 'action', 'outcome'])
      .where('tenant', '=', tenant)
      .where('call_sid', '=', callSid)
      .where('action_id', '=', actionId)
      .executeTakeFirstOrThrow();
    return { type: 'known', ...known };
  });
}

/** What came of it, for whoever asks again; a refusal is in the audit log too. */
export async function settleAction(
  db: Db,
  tenant: string,
  settled: AskedAction & { readonly outcome: string },
): Promise<void> {
  const { action, actionId, actor, callSid, outcome } = settled;
  return inTransaction(db, async (trx) => {
    await trx
      .updateTable('call_actions')
      .set({ outcome })
      .where('tenant', '=', tenant)
      .where('call_sid', '=', callSid)
      .where('action_id', '=', actionId)
      .execute();
    if (outcome === 'done') return;
    const details = { actionId, refused: outcome };
    await writeAudit(trx, tenant, { actor, action: `call.${action}`, subject: callSid, details });
  });
}

export async function pruneActions(db: Db, tenant: string, olderThanMs: number): Promise<void> {
  await db.deleteFrom('call_actions').where('tenant', '=', tenant).where('asked_at', '<', ago(olderThanMs)).execute();
}

/** A user's authenticator app, and the codes for the day it is lost. */
import type { Db } from '../schema.ts';
import { inTransaction, now } from '../sql.ts';

/** False when one is in force already. */
export async function proposeTotp(
  db: Db,
  tenant: string,
  { secret, userId }: { readonly userId: string; readonly secret: string },
): Promise<boolean> {
  const changed = await db
    .updateTable('users')
    .set({ totp_pending: secret })
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .where('totp_secret', 'is', null)
    .returning('user_id')
    .executeTakeFirst();
  return changed !== undefined;
}

export interface ConfirmedTotp {
  readonly userId: string;
  /** The one that was proposed. */
  readonly secret: string;
  /** Of the code that proves that the app has it. */
  readonly step: number;
  /** Of the recovery codes, which take the place of those before. */
  readonly codeHashes: readonly string[];
}

/** False when another secret was proposed meanwhile. */
export async function confirmTotp(db: Db, tenant: string, confirmed: ConfirmedTotp): Promise<boolean> {
  const { codeHashes, secret, step, userId } = confirmed;
  return inTransaction(db, async (trx) => {
    const changed = await trx
      .updateTable('users')
      .set({ totp_secret: secret, totp_pending: null, totp_step: step })
      .where('tenant', '=', tenant)
      .where('user_id', '=', userId)
      .where('totp_pending', '=', secret)
      .returning('user_id')
      .executeTakeFirst();
    if (!changed) return false;
    await dropCodes(trx, tenant, userId);
    const rows = codeHashes.map((hash) => ({ tenant, user_id: userId, code_hash: hash }));
    if (rows.length > 0) await trx.insertInto('recovery_codes').values(rows).execute();
    return true;
  });
}

export async function removeTotp(db: Db, tenant: string, userId: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('users')
      .set({ totp_secret: null, totp_pending: null, totp_step: 0 })
      .where('tenant', '=', tenant)
      .where('user_id', '=', userId)
      .execute();
    await dropCodes(trx, tenant, userId);
  });
}

/** True for one of all who come with the code of this step, and never for an older one. */
export async function useTotpStep(
  db: Db,
  tenant: string,
  { step, userId }: { readonly userId: string; readonly step: number },
): Promise<boolean> {
  const used = await db
    .updateTable('users')
    .set({ totp_step: step })
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .where('totp_step', '<', step)
    .returning('user_id')
    .executeTakeFirst();
  return used !== undefined;
}

/** True once for each code. */
export async function useRecoveryCode(
  db: Db,
  tenant: string,
  { codeHash, userId }: { readonly userId: string; readonly codeHash: string },
): Promise<boolean> {
  const used = await db
    .updateTable('recovery_codes')
    .set({ used_at: now() })
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .returning('code_hash')
    .executeTakeFirst();
  return used !== undefined;
}

async function dropCodes(db: Db, tenant: string, userId: string): Promise<void> {
  await db.deleteFrom('recovery_codes').where('tenant', '=', tenant).where('user_id', '=', userId).execute();
}

import type { Selectable } from 'kysely';
import type { ApiKeysTable, Db, UserRole } from '../schema.ts';
import { ago, ensureTenant, inTransaction, now } from '../sql.ts';

/** A use within so long of the one before is not written down. */
const TOUCH_MS = 60_000;

export interface NewApiKey {
  readonly keyId: string;
  readonly name: string;
  readonly role: UserRole;
  /** Of at least 128 random bits, so that it needs no salt. */
  readonly secretHash: string;
  readonly createdBy: string;
}

export async function addKey(db: Db, tenant: string, key: NewApiKey): Promise<Selectable<ApiKeysTable>> {
  const { createdBy, keyId, name, role, secretHash } = key;
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    return trx
      .insertInto('api_keys')
      .values({ tenant, key_id: keyId, name, role, secret_hash: secretHash, created_by: createdBy })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** The newest first. */
export async function listKeys(db: Db, tenant: string): Promise<readonly Selectable<ApiKeysTable>[]> {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('created_at', 'desc')
    .orderBy('key_id')
    .execute();
}

/** The key of this secret, which this use is noted of. */
export async function useKey(
  db: Db,
  tenant: string,
  secretHash: string,
): Promise<Selectable<ApiKeysTable> | undefined> {
  const key = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('secret_hash', '=', secretHash)
    .executeTakeFirst();
  if (!key) return undefined;
  await db
    .updateTable('api_keys')
    .set({ used_at: now() })
    .where('tenant', '=', tenant)
    .where('key_id', '=', key.key_id)
    .where(({ eb, or }) => or([eb('used_at', 'is', null), eb('used_at', '<', ago(TOUCH_MS))]))
    .execute();
  return key;
}

/** The key that is gone now; undefined when there was none. */
export async function removeKey(db: Db, tenant: string, keyId: string): Promise<Selectable<ApiKeysTable> | undefined> {
  return db
    .deleteFrom('api_keys')
    .where('tenant', '=', tenant)
    .where('key_id', '=', keyId)
    .returningAll()
    .executeTakeFirst();
}

import type { Db } from '../schema.ts';
import { ago, ensureTenant, fromNow, inTransaction, now } from '../sql.ts';

export interface Token {
  /** Of a token with at least 128 random bits, so that it needs no salt. */
  readonly hash: string;
  readonly purpose: string;
  /** What it opens: a CallSid, for the token of a stream. */
  readonly subject: string;
}

/** Keeps a token for one use within its time, on whatever node. One that was kept before stays as it is. */
export async function keepToken(db: Db, tenant: string, token: Token & { readonly ttlMs: number }): Promise<void> {
  const { hash, purpose, subject, ttlMs } = token;
  await inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    await trx
      .insertInto('tokens')
      .values({ tenant, token_hash: hash, purpose, subject, expires_at: fromNow(ttlMs) })
      .onConflict((oc) => oc.doNothing())
      .execute();
  });
}

/** True for one of all who ask, ever. */
export async function takeToken(db: Db, tenant: string, { hash, purpose, subject }: Token): Promise<boolean> {
  const taken = await db
    .updateTable('tokens')
    .set({ used_at: now() })
    .where('tenant', '=', tenant)
    .where('token_hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('subject', '=', subject)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .returning('token_hash')
    .executeTakeFirst();
  return taken !== undefined;
}

/** For a token that alone says what it opens: its subject, for one of all who ask; undefined for the others. */
export async function spendToken(
  db: Db,
  tenant: string,
  { hash, purpose }: Pick<Token, 'hash' | 'purpose'>,
): Promise<string | undefined> {
  const spent = await db
    .updateTable('tokens')
    .set({ used_at: now() })
    .where('tenant', '=', tenant)
    .where('token_hash', '=', hash)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .returning('subject')
    .executeTakeFirst();
  return spent?.subject;
}

/** None that was given out for this is good any more. */
export async function revokeTokens(
  db: Db,
  tenant: string,
  { purpose, subject }: Pick<Token, 'purpose' | 'subject'>,
): Promise<void> {
  await db
    .updateTable('tokens')
    .set({ used_at: now() })
    .where('tenant', '=', tenant)
    .where('purpose', '=', purpose)
    .where('subject', '=', subject)
    .where('used_at', 'is', null)
    .execute();
}

/** Returns how many went. A used token is kept as long as an unused one: it must not be taken again. */
export async function pruneTokens(db: Db, tenant: string, expiredForMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('tokens')
    .where('tenant', '=', tenant)
    .where('expires_at', '<', ago(expiredForMs))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

import { type Selectable, sql } from 'kysely';
import type { Db, SessionsTable, UsersTable } from '../schema.ts';
import { ago, fromNow, inTransaction, now } from '../sql.ts';

/** A use within so long of the one before is not written down: pages ask for many things at once. */
const TOUCH_MS = 30_000;

export async function openSession(
  db: Db,
  tenant: string,
  session: {
    readonly sessionHash: string;
    readonly userId: string;
    readonly longestMs: number;
    readonly browser?: string;
  },
): Promise<void> {
  const { sessionHash, userId, longestMs, browser = '' } = session;
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('sessions')
      .values({ tenant, session_hash: sessionHash, user_id: userId, expires_at: fromNow(longestMs), browser })
      .execute();
    await touchUser(trx, tenant, userId);
  });
}

/** The user of a session that has been used within `idleMs`, which this use is too; undefined for any other. */
export async function useSession(
  db: Db,
  tenant: string,
  { sessionHash, idleMs }: { readonly sessionHash: string; readonly idleMs: number },
): Promise<Selectable<UsersTable> | undefined> {
  const found = await db
    .selectFrom('sessions')
    .innerJoin('users', (join) =>
      join.onRef('users.tenant', '=', 'sessions.tenant').onRef('users.user_id', '=', 'sessions.user_id'),
    )
    .selectAll('users')
    .select(({ eb }) => eb('sessions.seen_at', '<', ago(TOUCH_MS)).as('is_old'))
    .where('sessions.tenant', '=', tenant)
    .where('session_hash', '=', sessionHash)
    .where('sessions.seen_at', '>', ago(idleMs))
    .where('expires_at', '>', now())
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (!found) return undefined;
  const { is_old, ...user } = found;
  if (is_old) await touchSession(db, tenant, { sessionHash, userId: user.user_id });
  return user;
}

/** The session is in use. One that has ended meanwhile stays so. */
export async function touchSession(
  db: Db,
  tenant: string,
  { sessionHash, userId }: { readonly sessionHash: string; readonly userId: string },
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ seen_at: now() })
    .where('tenant', '=', tenant)
    .where('session_hash', '=', sessionHash)
    .execute();
  await touchUser(db, tenant, userId);
}

/** Of these sessions, those that are still good. */
export async function goodSessions(
  db: Db,
  tenant: string,
  { idleMs, sessionHashes }: { readonly sessionHashes: readonly string[]; readonly idleMs: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('users', (join) =>
      join.onRef('users.tenant', '=', 'sessions.tenant').onRef('users.user_id', '=', 'sessions.user_id'),
    )
    .select('session_hash')
    .where('sessions.tenant', '=', tenant)
    .where(sql<boolean>`session_hash = any(${sessionHashes}::text[])`)
    .where('sessions.seen_at', '>', ago(idleMs))
    .where('expires_at', '>', now())
    .where('disabled_at', 'is', null)
    .execute();
  return rows.map(({ session_hash }) => session_hash);
}

/** Those that are good, the newest first. */
export async function listSessions(
  db: Db,
  tenant: string,
  { idleMs, userId }: { readonly userId: string; readonly idleMs: number },
): Promise<readonly Selectable<SessionsTable>[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .where('seen_at', '>', ago(idleMs))
    .where('expires_at', '>', now())
    .orderBy('created_at', 'desc')
    .orderBy('session_hash')
    .execute();
}

/** False when the user has no such session. */
export async function closeSession(
  db: Db,
  tenant: string,
  { sessionHash, userId }: { readonly sessionHash: string; readonly userId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where('tenant', '=', tenant)
    .where('session_hash', '=', sessionHash)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function closeUserSessions(
  db: Db,
  tenant: string,
  { keep, userId }: { readonly userId: string; readonly keep?: string | undefined },
): Promise<void> {
  let query = db.deleteFrom('sessions').where('tenant', '=', tenant).where('user_id', '=', userId);
  if (keep !== undefined) query = query.where('session_hash', '<>', keep);
  await query.execute();
}

/** Returns how many went. */
export async function pruneSessions(db: Db, tenant: string, expiredForMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where('tenant', '=', tenant)
    .where('expires_at', '<', ago(expiredForMs))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function touchUser(db: Db, tenant: string, userId: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ seen_at: now() })
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .execute();
}

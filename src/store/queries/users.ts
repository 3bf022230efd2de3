import type { Selectable } from 'kysely';
import type { Db, UserRole, UsersTable } from '../schema.ts';
import { ago, ensureTenant, fromNow, inTransaction, now } from '../sql.ts';

type User = Selectable<UsersTable>;

export interface NewUser {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: UserRole;
  readonly passwordHash: string | null;
}

/** False when the tenant has a user of this address, or of this id. */
export async function addUser(db: Db, tenant: string, user: NewUser): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    const { userId, email, name, role, passwordHash } = user;
    const added = await trx
      .insertInto('users')
      .values({ tenant, user_id: userId, email: email.toLowerCase(), name, role, password_hash: passwordHash })
      .onConflict((oc) => oc.doNothing())
      .returning('user_id')
      .executeTakeFirst();
    return added !== undefined;
  });
}

export async function listUsers(db: Db, tenant: string): Promise<readonly User[]> {
  return db.selectFrom('users').selectAll().where('tenant', '=', tenant).orderBy('email').execute();
}

/** Also one that is disabled: whoever logs in must not learn the difference. */
export async function findUserByEmail(db: Db, tenant: string, email: string): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
}

export interface UserChange {
  readonly userId: string;
  readonly name?: string | null;
  readonly role?: UserRole;
  readonly passwordHash?: string;
  readonly isDisabled?: boolean;
}

/** Ends the user's sessions, since what they rest on has changed. False when there is no such user. */
export async function changeUser(db: Db, tenant: string, change: UserChange): Promise<boolean> {
  const { userId, name, role, passwordHash, isDisabled } = change;
  return inTransaction(db, async (trx) => {
    await closeUserSessions(trx, tenant, userId);
    const changed = await trx
      .updateTable('users')
      .set({
        user_id: userId,
        ...(name === undefined ? {} : { name }),
        ...(role === undefined ? {} : { role }),
        ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
        ...(isDisabled === undefined ? {} : { disabled_at: isDisabled ? now() : null }),
      })
      .where('tenant', '=', tenant)
      .where('user_id', '=', userId)
      .returning('user_id')
      .executeTakeFirst();
    return changed !== undefined;
  });
}

export async function openSession(
  db: Db,
  tenant: string,
  session: { readonly sessionHash: string; readonly userId: string; readonly longestMs: number },
): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      tenant,
      session_hash: session.sessionHash,
      user_id: session.userId,
      expires_at: fromNow(session.longestMs),
    })
    .execute();
}

/** The user of a session that has been used within `idleMs`, which this use is too; undefined for any other. */
export async function useSession(
  db: Db,
  tenant: string,
  { sessionHash, idleMs }: { readonly sessionHash: string; readonly idleMs: number },
): Promise<User | undefined> {
  return inTransaction(db, async (trx) => {
    const session = await trx
      .updateTable('sessions')
      .set({ seen_at: now() })
      .where('tenant', '=', tenant)
      .where('session_hash', '=', sessionHash)
      .where('seen_at', '>', ago(idleMs))
      .where('expires_at', '>', now())
      .returning('user_id')
      .executeTakeFirst();
    if (!session) return undefined;
    return trx
      .selectFrom('users')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('user_id', '=', session.user_id)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
  });
}

export async function closeSession(db: Db, tenant: string, sessionHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('tenant', '=', tenant).where('session_hash', '=', sessionHash).execute();
}

export async function closeUserSessions(db: Db, tenant: string, userId: string): Promise<void> {
  await db.deleteFrom('sessions').where('tenant', '=', tenant).where('user_id', '=', userId).execute();
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

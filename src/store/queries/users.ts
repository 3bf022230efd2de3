import type { Selectable } from 'kysely';
import type { Db, UserRole, UsersTable } from '../schema.ts';
import { ensureTenant, inTransaction, now } from '../sql.ts';
import { closeUserSessions } from './sessions.ts';

export type User = Selectable<UsersTable>;

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

export async function findUser(db: Db, tenant: string, userId: string): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('user_id', '=', userId)
    .executeTakeFirst();
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

/** In a transaction: whoever decides by the number of users or owners does so one after the other. */
export async function lockUsers(db: Db, tenant: string): Promise<void> {
  await ensureTenant(db, tenant);
  await db.selectFrom('tenants').select('tenant').where('tenant', '=', tenant).forUpdate().execute();
}

/** The ids of the owners who can log in. */
export async function workingOwners(db: Db, tenant: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('users')
    .select('user_id')
    .where('tenant', '=', tenant)
    .where('role', '=', 'owner')
    .where('password_hash', 'is not', null)
    .where('disabled_at', 'is', null)
    .execute();
  return rows.map(({ user_id }) => user_id);
}

export interface UserChange {
  readonly userId: string;
  readonly name?: string | null;
  readonly role?: UserRole;
  /** Null when nobody can log in until there is another. */
  readonly passwordHash?: string | null;
  readonly isDisabled?: boolean;
  /** The session that asks for it goes on. */
  readonly keepSession?: string | undefined;
}

/** Ends the user's sessions when what they rest on has changed. Undefined when there is no such user. */
export async function changeUser(db: Db, tenant: string, change: UserChange): Promise<User | undefined> {
  const { userId, name, role, passwordHash, isDisabled, keepSession } = change;
  return inTransaction(db, async (trx) => {
    const isOnlyName = role === undefined && passwordHash === undefined && isDisabled === undefined;
    if (!isOnlyName) await closeUserSessions(trx, tenant, { userId, keep: keepSession });
    return trx
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
      .returningAll()
      .executeTakeFirst();
  });
}

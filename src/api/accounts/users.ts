/** Whom an owner lets in, and what they may do. */
import { randomUUID } from 'node:crypto';
import { writeAudit } from '../../store/queries/audit.ts';
import { removeTotp } from '../../store/queries/second-factor.ts';
import {
  addUser,
  changeUser,
  findUser,
  findUserByEmail,
  listUsers,
  lockUsers,
  type User,
  workingOwners,
} from '../../store/queries/users.ts';
import type { Db } from '../../store/schema.ts';
import { inTransaction } from '../../store/sql.ts';
import type { accountRoutes } from '../contract/accounts.ts';
import { ApiRefusal } from '../handler.ts';
import type { VisitRequest } from '../visit.ts';
import { invitationLink, offerInvitation } from './one-time-links.ts';
import { type AccountParts, userOf } from './parts.ts';

type Routes = typeof accountRoutes;

export function createUsers({ db, tenant }: AccountParts) {
  return {
    'list-users': async () => ({ users: (await listUsers(db, tenant)).map(userOf) }),

    'invite-user': async ({ body, caller, visit }: VisitRequest<Routes['invite-user']>) => {
      const { email, name = null, role } = body;
      const added = { userId: randomUUID(), email, name, role, passwordHash: null };
      const { secret, user } = await inTransaction(db, async (trx) => {
        if (!(await addUser(trx, tenant, added))) {
          throw new ApiRefusal(409, 'email-taken', 'There is a user of this address.', { email: 'is taken' });
        }
        const subject = email.toLowerCase();
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'invite-user', subject, details: { role } });
        return {
          secret: await offerInvitation(trx, tenant, added.userId),
          user: (await findUserByEmail(trx, tenant, email))!,
        };
      });
      return { user: userOf(user), link: invitationLink(visit.origin, secret) };
    },

    'change-user': async ({ body, caller, params }: VisitRequest<Routes['change-user']>) => {
      const { userId } = params;
      const user = await inTransaction(db, async (trx) => {
        await lockUsers(trx, tenant);
        const before = await known(trx, tenant, userId);
        const losesOwner = (body.role !== undefined && body.role !== 'owner') || body.isDisabled === true;
        if (losesOwner) await checkOwnerStays(trx, tenant, userId);
        const { isDisabled, name, role } = body;
        const after = await changeUser(trx, tenant, {
          userId,
          ...(name === undefined ? {} : { name }),
          ...(role === undefined || role === before.role ? {} : { role }),
          ...(isDisabled === undefined || isDisabled === (before.disabled_at !== null) ? {} : { isDisabled }),
        });
        const details = { ...(role && { role }), ...(isDisabled === undefined ? {} : { isDisabled }) };
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'change-user', subject: before.email, details });
        return after!;
      });
      return { user: userOf(user) };
    },

    'reset-user': async ({ caller, params, visit }: VisitRequest<Routes['reset-user']>) => {
      const { userId } = params;
      const secret = await inTransaction(db, async (trx) => {
        await lockUsers(trx, tenant);
        const { email } = await known(trx, tenant, userId);
        await checkOwnerStays(trx, tenant, userId);
        await removeTotp(trx, tenant, userId);
        await changeUser(trx, tenant, { userId, passwordHash: null });
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'reset-user', subject: email });
        return offerInvitation(trx, tenant, userId);
      });
      return { link: invitationLink(visit.origin, secret) };
    },
  };
}

async function known(db: Db, tenant: string, userId: string): Promise<User> {
  const user = await findUser(db, tenant, userId);
  if (!user) throw new ApiRefusal(404, 'not-found', 'There is no such user.');
  return user;
}

/** In the transaction that has locked the users: without an owner who can log in, nobody could make one. */
async function checkOwnerStays(db: Db, tenant: string, userId: string): Promise<void> {
  const owners = await workingOwners(db, tenant);
  if (owners.length > 1 || !owners.includes(userId)) return;
  throw new ApiRefusal(409, 'last-owner', 'This is the last owner who can log in: make another one first.');
}

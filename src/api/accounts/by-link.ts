/** Those who come with a link: the first owner, the invited, and an owner who was locked out. */
import { randomUUID } from 'node:crypto';
import { writeAudit } from '../../store/queries/audit.ts';
import { removeTotp } from '../../store/queries/second-factor.ts';
import { revokeTokens, spendToken } from '../../store/queries/tokens.ts';
import {
  addUser,
  changeUser,
  findUser,
  findUserByEmail,
  lockUsers,
  type User,
  workingOwners,
} from '../../store/queries/users.ts';
import type { Db } from '../../store/schema.ts';
import { inTransaction } from '../../store/sql.ts';
import type { accountRoutes, SessionInfo } from '../contract/accounts.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import type { Visit, VisitRequest } from '../visit.ts';
import { PURPOSE } from './one-time-links.ts';
import { type AccountParts, beginSession, checkCookies, checkPassword, countGuess, forgiveGuess } from './parts.ts';
import { hashSecret } from './secrets.ts';
import { createSessionInfo, endOwnSession } from './way-in.ts';

type Routes = typeof accountRoutes;

interface Newcomer {
  readonly name: string;
  readonly passwordHash: string;
}

export function createByLink(parts: AccountParts) {
  const { db, passwords, tenant } = parts;
  const tell = createSessionInfo(parts);

  /** The link is spent in the transaction that lets its bearer in: whatever fails, it is still good. */
  const letIn = async (
    { body, caller, visit }: LinkRequest,
    admit: (trx: Db, newcomer: Newcomer, tokenHash: string) => Promise<User>,
  ): Promise<SessionInfo> => {
    checkCookies(visit);
    checkPassword(body.password, [body.name], 'password');
    const buckets = await countGuess(parts, visit.address, 'link');
    const newcomer = { name: body.name, passwordHash: await passwords.hash(body.password) };
    const admission = inTransaction(db, async (trx) => {
      const admitted = await admit(trx, newcomer, hashSecret(body.token));
      checkPassword(body.password, [admitted.email], 'password');
      await endOwnSession(trx, tenant, caller);
      const begun = await beginSession(trx, tenant, { userId: admitted.user_id, userAgent: visit.userAgent });
      return { user: admitted, secret: begun };
    });
    const { secret, user } = await admission.catch(async (error: unknown) => {
      if (error instanceof ApiRefusal && error.code !== 'link-refused') await forgiveGuess(parts, buckets);
      throw error;
    });
    await forgiveGuess(parts, buckets);
    visit.setSession(secret);
    return tell(user, secret);
  };

  const admitInvited = async (trx: Db, userId: string, { name, passwordHash }: Newcomer): Promise<User> => {
    const known = await findUser(trx, tenant, userId);
    if (!known || known.disabled_at !== null) throw linkRefused();
    const user = await changeUser(trx, tenant, { userId, name, passwordHash });
    await writeAudit(trx, tenant, { actor: known.email, action: 'accept-invitation', subject: known.email });
    return user!;
  };

  return {
    setup: (request: VisitRequest<Routes['setup']>): Promise<SessionInfo> =>
      letIn(request, async (trx, newcomer, hash) => {
        await lockUsers(trx, tenant);
        if ((await workingOwners(trx, tenant)).length > 0) {
          throw new ApiRefusal(409, 'already-set-up', 'There is an owner already: ask for an invitation.');
        }
        if ((await spendToken(trx, tenant, { hash, purpose: PURPOSE.setup })) === undefined) throw linkRefused();
        await revokeTokens(trx, tenant, { purpose: PURPOSE.setup, subject: 'first-owner' });
        const user = await makeOwner(trx, tenant, { email: request.body.email, newcomer });
        await writeAudit(trx, tenant, { actor: user.email, action: 'setup', subject: user.email });
        return user;
      }),

    'accept-invitation': async (request: VisitRequest<Routes['accept-invitation']>): Promise<SessionInfo> => {
      await parts.takeOwnerLinks();
      return letIn(request, async (trx, newcomer, hash) => {
        await lockUsers(trx, tenant);
        const userId = await spendToken(trx, tenant, { hash, purpose: PURPOSE.invitation });
        if (userId !== undefined) return admitInvited(trx, userId, newcomer);
        const email = await spendToken(trx, tenant, { hash, purpose: PURPOSE.owner });
        if (email === undefined) throw linkRefused();
        const user = await makeOwner(trx, tenant, { email, newcomer });
        await writeAudit(trx, tenant, { actor: user.email, action: 'owner-by-machine', subject: user.email });
        return user;
      });
    },
  };
}

interface LinkRequest {
  readonly body: { readonly token: string; readonly name: string; readonly password: string };
  readonly caller: Caller;
  readonly visit: Visit;
}

/** Whatever was known of the address before: role, second factor, a ban. */
async function makeOwner(
  db: Db,
  tenant: string,
  { email, newcomer }: { readonly email: string; readonly newcomer: Newcomer },
): Promise<User> {
  const added = { userId: randomUUID(), email, role: 'owner', ...newcomer } as const;
  await addUser(db, tenant, added);
  const known = (await findUserByEmail(db, tenant, email))!;
  if (known.user_id === added.userId) return known;
  await removeTotp(db, tenant, known.user_id);
  const change = { userId: known.user_id, role: 'owner', isDisabled: false, ...newcomer } as const;
  return (await changeUser(db, tenant, change))!;
}

function linkRefused(): ApiRefusal {
  return new ApiRefusal(401, 'link-refused', 'This link is wrong, too old, or was used before.');
}

/** How somebody comes in, and goes. */
import { writeAudit } from '../../store/queries/audit.ts';
import { clearLimits } from '../../store/queries/login-limits.ts';
import { useRecoveryCode, useTotpStep } from '../../store/queries/second-factor.ts';
import { closeSession } from '../../store/queries/sessions.ts';
import { findUser, findUserByEmail, type User, workingOwners } from '../../store/queries/users.ts';
import type { Db } from '../../store/schema.ts';
import { inTransaction } from '../../store/sql.ts';
import type { accountRoutes, SessionInfo } from '../contract/accounts.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import type { Visit, VisitRequest } from '../visit.ts';
import {
  type AccountParts,
  accountOf,
  beginSession,
  checkCookies,
  countGuess,
  DONE,
  forgiveGuess,
  personOf,
} from './parts.ts';
import { csrfTokenOf, hashSecret } from './secrets.ts';
import { findTotpStep, isTotpCode, plainRecoveryCode } from './totp.ts';

type Routes = typeof accountRoutes;

export function createWayIn(parts: AccountParts) {
  const { db, passwords, tenant } = parts;
  const tell = createSessionInfo(parts);

  /** Every way of not coming in looks the same, and takes as long. */
  const refuse = async (user: User | undefined, visit: Visit): Promise<never> => {
    const details = { address: visit.address ?? null };
    await writeAudit(db, tenant, {
      actor: 'anonymous',
      action: 'login-refused',
      ...(user ? { subject: user.email } : {}),
      details,
    });
    throw new ApiRefusal(401, 'login-refused', 'Address or password are wrong.');
  };

  return {
    session: async ({ caller, visit }: VisitRequest<Routes['session']>): Promise<SessionInfo> => {
      const user = caller.userId === undefined ? undefined : await findUser(db, tenant, caller.userId);
      return tell(user, visit.sessionSecret);
    },

    login: async ({ body, caller, visit }: VisitRequest<Routes['login']>): Promise<SessionInfo> => {
      checkCookies(visit);
      const buckets = await countGuess(parts, visit.address, body.email);
      const user = await findUserByEmail(db, tenant, body.email);
      const isRight = await passwords.isRight(body.password, user?.password_hash);
      if (!user || !isRight || user.disabled_at !== null) return refuse(user, visit);
      if (user.totp_secret !== null && body.code === undefined) {
        await forgiveGuess(parts, buckets);
        throw new ApiRefusal(401, 'code-needed', 'The code of the authenticator app is needed too.');
      }
      const secret = await inTransaction(db, async (trx) => {
        if (user.totp_secret !== null && !(await isCodeGood(trx, parts, user, body.code!))) return undefined;
        await endOwnSession(trx, tenant, caller);
        const details = { address: visit.address ?? null };
        await writeAudit(trx, tenant, { actor: user.email, action: 'login', subject: user.email, details });
        return beginSession(trx, tenant, { userId: user.user_id, userAgent: visit.userAgent });
      });
      if (secret === undefined) {
        await writeAudit(db, tenant, { actor: 'anonymous', action: 'code-refused', subject: user.email });
        throw new ApiRefusal(401, 'code-wrong', 'This code is wrong, too old, or was used before.');
      }
      await forgiveGuess(parts, buckets);
      await clearLimits(db, tenant, [buckets.pair]);
      visit.setSession(secret);
      return tell(user, secret);
    },

    logout: async ({ caller, visit }: VisitRequest<Routes['logout']>) => {
      await inTransaction(db, async (trx) => {
        await closeSession(trx, tenant, personOf(caller));
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'logout', subject: caller.actor });
      });
      visit.setSession(undefined);
      return DONE;
    },
  };
}

/** A session never outlives the login of somebody else in the same browser. */
export async function endOwnSession(db: Db, tenant: string, { sessionHash, userId }: Caller): Promise<void> {
  if (sessionHash !== undefined && userId !== undefined) await closeSession(db, tenant, { sessionHash, userId });
}

async function isCodeGood(db: Db, { tenant, unixMs }: AccountParts, user: User, code: string): Promise<boolean> {
  const userId = user.user_id;
  if (!isTotpCode(code)) return useRecoveryCode(db, tenant, { userId, codeHash: hashSecret(plainRecoveryCode(code)) });
  const step = findTotpStep(user.totp_secret!, code, unixMs());
  return step !== undefined && useTotpStep(db, tenant, { userId, step });
}

/** What a browser is told of itself. That there are owners is asked until it is so: from then on it stays so. */
export function createSessionInfo({ db, language, tenant, version }: AccountParts) {
  let hasOwner = false;
  return async (user: User | undefined, secret: string | undefined): Promise<SessionInfo> => {
    hasOwner ||= user !== undefined || (await workingOwners(db, tenant)).length > 0;
    return {
      account: user ? accountOf(user) : null,
      needsSetup: !hasOwner,
      csrf: user && secret !== undefined ? csrfTokenOf(secret) : null,
      version,
      tenant,
      language,
    };
  };
}

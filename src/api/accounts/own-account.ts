/** What everybody may do with the own account. */
import { writeAudit } from '../../store/queries/audit.ts';
import { confirmTotp, proposeTotp, removeTotp } from '../../store/queries/second-factor.ts';
import { closeSession, closeUserSessions, listSessions } from '../../store/queries/sessions.ts';
import { changeUser, findUser, type User } from '../../store/queries/users.ts';
import { inTransaction } from '../../store/sql.ts';
import type { accountRoutes } from '../contract/accounts.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import type { VisitRequest } from '../visit.ts';
import { type AccountParts, checkPassword, countGuess, DONE, forgiveGuess, personOf } from './parts.ts';
import { hashSecret } from './secrets.ts';
import { IDLE_MS } from './session-times.ts';
import { findTotpStep, newRecoveryCodes, newTotpSecret, plainRecoveryCode, totpUri } from './totp.ts';

type Routes = typeof accountRoutes;

export function createOwnAccount(parts: AccountParts) {
  const { db, passwords, tenant, unixMs } = parts;

  const userOf = async (caller: Caller): Promise<User> => {
    const user = await findUser(db, tenant, personOf(caller).userId);
    if (!user) throw new ApiRefusal(401, 'not-logged-in', 'Log in first.');
    return user;
  };

  /** Whoever sits at somebody's open browser guesses no faster than at the door. */
  const checkOwn = async (user: User, password: string, { address }: { readonly address: string | undefined }) => {
    const buckets = await countGuess(parts, address, user.email);
    if (!(await passwords.isRight(password, user.password_hash))) {
      throw new ApiRefusal(403, 'password-wrong', 'This is not your password.');
    }
    await forgiveGuess(parts, buckets);
  };

  const audit = (user: User, action: string) => ({ actor: user.email, action, subject: user.email });

  return {
    'change-password': async ({ body, caller, visit }: VisitRequest<Routes['change-password']>) => {
      const [user, { sessionHash }] = [await userOf(caller), personOf(caller)];
      checkPassword(body.next, [user.email, user.name], 'next');
      await checkOwn(user, body.current, visit);
      const passwordHash = await passwords.hash(body.next);
      await inTransaction(db, async (trx) => {
        await changeUser(trx, tenant, { userId: user.user_id, passwordHash, keepSession: sessionHash });
        await writeAudit(trx, tenant, audit(user, 'change-password'));
      });
      return DONE;
    },

    'begin-totp': async ({ caller }: VisitRequest<Routes['begin-totp']>) => {
      const user = await userOf(caller);
      const secret = newTotpSecret();
      const isProposed = await inTransaction(db, async (trx) => {
        if (!(await proposeTotp(trx, tenant, { userId: user.user_id, secret }))) return false;
        await writeAudit(trx, tenant, audit(user, 'begin-totp'));
        return true;
      });
      if (!isProposed) throw new ApiRefusal(409, 'totp-on', 'A second factor is in force: remove it first.');
      return { secret, uri: totpUri(secret, user.email) };
    },

    'confirm-totp': async ({ body, caller }: VisitRequest<Routes['confirm-totp']>) => {
      const [user, { sessionHash: keep }] = [await userOf(caller), personOf(caller)];
      const { totp_pending: secret, user_id: userId } = user;
      const step = secret === null ? undefined : findTotpStep(secret, body.code, unixMs());
      if (secret === null || step === undefined) throw codeWrong();
      const recoveryCodes = newRecoveryCodes();
      const codeHashes = recoveryCodes.map((code) => hashSecret(plainRecoveryCode(code)));
      await inTransaction(db, async (trx) => {
        if (!(await confirmTotp(trx, tenant, { userId, secret, step, codeHashes }))) throw codeWrong();
        await closeUserSessions(trx, tenant, { userId, keep });
        await writeAudit(trx, tenant, audit(user, 'confirm-totp'));
      });
      return { recoveryCodes: [...recoveryCodes] };
    },

    'remove-totp': async ({ body, caller, visit }: VisitRequest<Routes['remove-totp']>) => {
      const [user, { sessionHash: keep }] = [await userOf(caller), personOf(caller)];
      await checkOwn(user, body.password, visit);
      await inTransaction(db, async (trx) => {
        await removeTotp(trx, tenant, user.user_id);
        await closeUserSessions(trx, tenant, { userId: user.user_id, keep });
        await writeAudit(trx, tenant, audit(user, 'remove-totp'));
      });
      return DONE;
    },

    'list-sessions': async ({ caller }: VisitRequest<Routes['list-sessions']>) => {
      const { sessionHash, userId } = personOf(caller);
      const sessions = await listSessions(db, tenant, { userId, idleMs: IDLE_MS });
      return {
        sessions: sessions.map(({ browser, created_at, seen_at, session_hash }) => ({
          sessionId: session_hash,
          createdAt: created_at.toISOString(),
          seenAt: seen_at.toISOString(),
          isThis: session_hash === sessionHash,
          browser,
        })),
      };
    },

    'end-session': async ({ caller, params, visit }: VisitRequest<Routes['end-session']>) => {
      const { sessionHash, userId } = personOf(caller);
      await inTransaction(db, async (trx) => {
        const isEnded = await closeSession(trx, tenant, { sessionHash: params.sessionId, userId });
        if (!isEnded) throw new ApiRefusal(404, 'not-found', 'There is no such session.');
        await writeAudit(trx, tenant, { actor: caller.actor, action: 'end-session', subject: caller.actor });
      });
      if (params.sessionId === sessionHash) visit.setSession(undefined);
      return DONE;
    },
  };
}

function codeWrong(): ApiRefusal {
  return new ApiRefusal(400, 'code-wrong', 'This code is wrong or too old.');
}

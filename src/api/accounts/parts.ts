/** What the handlers of accounts are made from, and what several of them do. */
import { decideLimits, forgiveLimits } from '../../store/queries/login-limits.ts';
import { openSession } from '../../store/queries/sessions.ts';
import type { User as UserRow } from '../../store/queries/users.ts';
import type { Db } from '../../store/schema.ts';
import type { Account, User } from '../contract/accounts.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import type { Visit } from '../visit.ts';
import { browserName } from './browser-name.ts';
import { bucketsOf, type GuessBuckets, judgeGuess } from './guess-limits.ts';
import type { Passwords } from './password.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { LONGEST_MS } from './session-times.ts';
import { weaknessOf } from './weak-password.ts';

export interface AccountParts {
  readonly db: Db;
  readonly tenant: string;
  readonly passwords: Passwords;
  /** Unix time in milliseconds, for codes of authenticator apps. */
  readonly unixMs: () => number;
  readonly version: string;
  /** The agent's, BCP 47. */
  readonly language: string;
  /** Takes what `kav invite-owner` has left on this machine into the store. */
  readonly takeOwnerLinks: () => Promise<void>;
}

export const DONE = { ok: true } as const;

export function accountOf({ email, name, role, totp_secret, user_id }: UserRow): Account {
  return { userId: user_id, email, name, role, hasTotp: totp_secret !== null };
}

export function userOf(row: UserRow): User {
  return {
    ...accountOf(row),
    createdAt: row.created_at.toISOString(),
    seenAt: row.seen_at?.toISOString() ?? null,
    isInvited: row.password_hash === null,
    isDisabled: row.disabled_at !== null,
  };
}

/** A caller who must be a person: the guard has let no key through to these routes. */
export function personOf({ sessionHash, userId }: Caller): { readonly userId: string; readonly sessionHash: string } {
  if (userId === undefined || sessionHash === undefined) {
    throw new ApiRefusal(403, 'key-not-allowed', 'Keys are not for this route; log in as a person.');
  }
  return { userId, sessionHash };
}

/** Counts a guess, and throws when there were too many. */
export async function countGuess(
  { db, tenant }: Pick<AccountParts, 'db' | 'tenant'>,
  address: string | undefined,
  account: string,
): Promise<GuessBuckets> {
  const buckets = bucketsOf(address, account);
  const decide = (rows: Parameters<typeof judgeGuess>[1]) => judgeGuess(buckets, rows);
  const verdict = await decideLimits(db, tenant, { buckets: Object.values(buckets), decide });
  if (verdict.retryAfterMs === undefined) return buckets;
  const seconds = Math.ceil(verdict.retryAfterMs / 1000);
  throw new ApiRefusal(429, 'too-many-tries', `Too many tries. Wait ${seconds} s.`, undefined, seconds);
}

/** It was no guess: whoever asked knew. */
export async function forgiveGuess({ db, tenant }: AccountParts, buckets: GuessBuckets): Promise<void> {
  await forgiveLimits(db, tenant, Object.values(buckets));
}

/** Throws for a password that would be guessed soon; `field` is where it stands in the request. */
export function checkPassword(password: string, about: readonly (string | null)[], field: string): void {
  const weakness = weaknessOf(
    password,
    about.filter((text) => text !== null),
  );
  if (weakness === undefined) return;
  throw new ApiRefusal(400, 'weak-password', `This password ${weakness}.`, { [field]: weakness });
}

/** Browsers drop a session's cookie that comes without TLS from elsewhere: better said than silently not logged in. */
export function checkCookies({ keepsCookies }: Visit): void {
  if (keepsCookies) return;
  throw new ApiRefusal(403, 'https-needed', 'Log in over https, or by localhost on the machine itself.');
}

/** The secret of a new session, for the cookie. */
export async function beginSession(
  db: Db,
  tenant: string,
  { userAgent, userId }: { readonly userId: string; readonly userAgent: string },
): Promise<string> {
  const secret = newSecret();
  const session = { sessionHash: hashSecret(secret), userId, longestMs: LONGEST_MS, browser: browserName(userAgent) };
  await openSession(db, tenant, session);
  return secret;
}

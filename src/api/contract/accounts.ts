/** Who may come in: the first set-up, sessions, users, keys, and the log of what they did. */
import { z } from 'zod';
import { Done, Instant, PageQuery, page } from './common.ts';
import type { ApiRoute } from './route.ts';

export const UserRole = z.enum(['viewer', 'operator', 'owner']);
export type UserRole = z.output<typeof UserRole>;

/** At least 12 characters; longer ones than 128 are refused, not cut. */
const Password = z.string().min(12).max(128);
const Email = z.email().max(254);
const Name = z.string().trim().min(1).max(100);
const Code = z.string().regex(/^[0-9a-z-]{6,20}$/i);
const OneTimeToken = z.string().min(20).max(200);
const Id = z.string().min(1).max(64);

export const Account = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: UserRole,
  hasTotp: z.boolean(),
});
export type Account = z.output<typeof Account>;

export const SessionInfo = z.object({
  /** Null for whoever is not logged in. */
  account: Account.nullable(),
  /** Nobody has an account yet: the terminal shows a link for the first one. */
  needsSetup: z.boolean(),
  /** Sent back in the header `X-Kav-Csrf` with everything that changes something. */
  csrf: z.string().nullable(),
  version: z.string(),
  tenant: z.string(),
  /** The agent's language, BCP 47. */
  language: z.string(),
});
export type SessionInfo = z.output<typeof SessionInfo>;

export const User = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: UserRole,
  hasTotp: z.boolean(),
  createdAt: Instant,
  seenAt: Instant.nullable(),
  /** Invited, and has not chosen a password yet. */
  isInvited: z.boolean(),
  isDisabled: z.boolean(),
});
export type User = z.output<typeof User>;

export const OwnSession = z.object({
  sessionId: z.string(),
  createdAt: Instant,
  seenAt: Instant,
  isThis: z.boolean(),
  /** The browser as it named itself, shortened. */
  browser: z.string(),
});
export type OwnSession = z.output<typeof OwnSession>;

export const ApiKey = z.object({
  keyId: z.string(),
  name: z.string(),
  role: UserRole,
  createdAt: Instant,
  usedAt: Instant.nullable(),
});
export type ApiKey = z.output<typeof ApiKey>;

export const AuditLine = z.object({
  id: z.number(),
  at: Instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string().nullable(),
  details: z.unknown(),
});
export type AuditLine = z.output<typeof AuditLine>;

export const accountRoutes = {
  session: { method: 'GET', path: '/session', role: 'anonymous', summary: 'Who is logged in', answer: SessionInfo },
  setup: {
    method: 'POST',
    path: '/setup',
    role: 'anonymous',
    summary: 'The first owner, with the one-time token of the link in the terminal; logs in',
    body: z.object({ token: OneTimeToken, email: Email, name: Name, password: Password }),
    answer: SessionInfo,
  },
  login: {
    method: 'POST',
    path: '/login',
    role: 'anonymous',
    summary: 'Logs in; `code-needed` asks for the second factor as well',
    body: z.object({ email: Email, password: z.string().max(1_000), code: Code.optional() }),
    answer: SessionInfo,
  },
  logout: { method: 'POST', path: '/logout', role: 'viewer', summary: 'Ends this session', answer: Done },
  'accept-invitation': {
    method: 'POST',
    path: '/invitation',
    role: 'anonymous',
    summary: 'An invited user, or one whose password was reset, chooses a password; logs in',
    body: z.object({ token: OneTimeToken, name: Name, password: Password }),
    answer: SessionInfo,
  },
  'change-password': {
    method: 'POST',
    path: '/password',
    role: 'viewer',
    summary: 'Changes the own password; every other session ends',
    body: z.object({ current: z.string().max(1_000), next: Password }),
    answer: Done,
  },
  'begin-totp': {
    method: 'POST',
    path: '/totp/begin',
    role: 'viewer',
    summary: 'A new secret for an authenticator app, not in force yet (RFC 6238)',
    answer: z.object({ secret: z.string(), uri: z.string() }),
  },
  'confirm-totp': {
    method: 'POST',
    path: '/totp/confirm',
    role: 'viewer',
    summary: 'Puts the secret in force; answers with codes for the day the phone is lost, shown once',
    body: z.object({ code: Code }),
    answer: z.object({ recoveryCodes: z.array(z.string()) }),
  },
  'remove-totp': {
    method: 'POST',
    path: '/totp/remove',
    role: 'viewer',
    summary: 'No second factor any more',
    body: z.object({ password: z.string().max(1_000) }),
    answer: Done,
  },
  'list-sessions': {
    method: 'GET',
    path: '/sessions',
    role: 'viewer',
    summary: 'Where the user is logged in',
    answer: z.object({ sessions: z.array(OwnSession) }),
  },
  'end-session': {
    method: 'DELETE',
    path: '/sessions/{sessionId}',
    role: 'viewer',
    summary: 'Ends one of the own sessions; its live streams end within 5 s',
    params: z.object({ sessionId: Id }),
    answer: Done,
  },
  'list-users': {
    method: 'GET',
    path: '/users',
    role: 'owner',
    summary: 'Everybody with an account',
    answer: z.object({ users: z.array(User) }),
  },
  'invite-user': {
    method: 'POST',
    path: '/users',
    role: 'owner',
    summary: 'Invites somebody; the link is good once, for three days',
    body: z.object({ email: Email, name: Name.optional(), role: UserRole }),
    answer: z.object({ user: User, link: z.string() }),
  },
  'change-user': {
    method: 'PATCH',
    path: '/users/{userId}',
    role: 'owner',
    summary: 'Another role or name, or no access any more; the last owner stays one',
    params: z.object({ userId: Id }),
    body: z.object({ name: Name.optional(), role: UserRole.optional(), isDisabled: z.boolean().optional() }),
    answer: z.object({ user: User }),
  },
  'reset-user': {
    method: 'POST',
    path: '/users/{userId}/reset',
    role: 'owner',
    summary: 'A one-time link to a new password; sessions and second factor end',
    params: z.object({ userId: Id }),
    answer: z.object({ link: z.string() }),
  },
  'list-keys': {
    method: 'GET',
    path: '/keys',
    role: 'owner',
    summary: 'API keys, without their secrets',
    answer: z.object({ keys: z.array(ApiKey) }),
  },
  'add-key': {
    method: 'POST',
    path: '/keys',
    role: 'owner',
    summary: 'A new API key for `Authorization: Bearer`; shown once',
    body: z.object({ name: Name, role: UserRole }),
    answer: z.object({ key: ApiKey, secret: z.string() }),
  },
  'remove-key': {
    method: 'DELETE',
    path: '/keys/{keyId}',
    role: 'owner',
    summary: 'The key is good for nothing any more',
    params: z.object({ keyId: Id }),
    answer: Done,
  },
  'list-audit': {
    method: 'GET',
    path: '/audit',
    role: 'owner',
    summary: 'Who did what, the newest first',
    query: z.object(PageQuery),
    answer: page(AuditLine),
  },
} as const satisfies Record<string, ApiRoute>;

/** Who may come in, and what they did. */
import type { Generated } from 'kysely';
import type { Maybe, MaybeJson, MaybeTime, Time, TimeByDefault } from './columns.ts';

export interface TokensTable {
  tenant: string;
  token_hash: string;
  purpose: string;
  subject: string;
  expires_at: Time;
  used_at: MaybeTime;
}

export type UserRole = 'viewer' | 'operator' | 'owner';

export interface UsersTable {
  tenant: string;
  user_id: string;
  /** In small letters. */
  email: string;
  name: Maybe<string>;
  role: UserRole;
  /** A PHC string of argon2id; null for whoever is invited. */
  password_hash: Maybe<string>;
  created_at: TimeByDefault;
  disabled_at: MaybeTime;
  /** Base32; in force. */
  totp_secret: Maybe<string>;
  /** Shown, and not confirmed by a code yet. */
  totp_pending: Maybe<string>;
  /** The newest step of which a code was used: none is good twice. */
  totp_step: Generated<number>;
  seen_at: MaybeTime;
}

export interface SessionsTable {
  tenant: string;
  session_hash: string;
  user_id: string;
  created_at: TimeByDefault;
  seen_at: TimeByDefault;
  expires_at: Time;
  /** As it named itself, shortened. */
  browser: Generated<string>;
}

export interface RecoveryCodesTable {
  tenant: string;
  user_id: string;
  code_hash: string;
  used_at: MaybeTime;
}

export interface ApiKeysTable {
  tenant: string;
  key_id: string;
  name: string;
  role: UserRole;
  secret_hash: string;
  created_by: string;
  created_at: TimeByDefault;
  used_at: MaybeTime;
}

/** How often was guessed in vain, by address, by account and by both. */
export interface LoginLimitsTable {
  tenant: string;
  bucket: string;
  failures: Generated<number>;
  failed_at: TimeByDefault;
  blocked_until: TimeByDefault;
}

export interface AuditTable {
  tenant: string;
  audit_id: Generated<number>;
  actor: string;
  action: string;
  subject: Maybe<string>;
  details: MaybeJson<unknown>;
  at: TimeByDefault;
}

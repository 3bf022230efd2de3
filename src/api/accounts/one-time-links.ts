/** Links that are good once: for the first owner, for the invited, and for an owner who is locked out. */
import { keepToken, revokeTokens } from '../../store/queries/tokens.ts';
import { workingOwners } from '../../store/queries/users.ts';
import type { Db } from '../../store/schema.ts';
import { inTransaction } from '../../store/sql.ts';
import { hashSecret, newSecret } from './secrets.ts';

const HOUR_MS = 3_600_000;

export const SETUP_HOURS = 24;
const INVITATION_MS = 72 * HOUR_MS;
export const OWNER_LINK_MS = HOUR_MS;

export const PURPOSE = {
  /** Its subject is always the same: there is one first owner. */
  setup: 'console-setup',
  /** Its subject is the id of the user. */
  invitation: 'console-invitation',
  /** Its subject is the address of the owner. */
  owner: 'console-owner',
} as const;

/** Behind `#`: what stands there is sent to no server, and so is in no log and no `Referer`. */
export function setupLink(origin: string, secret: string): string {
  return `${origin}/setup#token=${secret}`;
}

export function invitationLink(origin: string, secret: string): string {
  return `${origin}/invitation#token=${secret}`;
}

/** The secret of a link for the first owner; undefined when there is one already. */
export async function offerSetup(db: Db, tenant: string): Promise<string | undefined> {
  if ((await workingOwners(db, tenant)).length > 0) return undefined;
  const secret = newSecret();
  const token = {
    hash: hashSecret(secret),
    purpose: PURPOSE.setup,
    subject: 'first-owner',
    ttlMs: SETUP_HOURS * HOUR_MS,
  };
  await keepToken(db, tenant, token);
  return secret;
}

/** The secret of a new link for a user; those given out before are good for nothing any more. */
export async function offerInvitation(db: Db, tenant: string, userId: string): Promise<string> {
  const secret = newSecret();
  const link = { purpose: PURPOSE.invitation, subject: userId };
  await inTransaction(db, async (trx) => {
    await revokeTokens(trx, tenant, link);
    await keepToken(trx, tenant, { ...link, hash: hashSecret(secret), ttlMs: INVITATION_MS });
  });
  return secret;
}

/** What `kav invite-owner` gives: by whoever is on the machine, or has the database. */
export async function keepOwnerLink(
  db: Db,
  tenant: string,
  { email, hash, ttlMs }: { readonly email: string; readonly hash: string; readonly ttlMs: number },
): Promise<void> {
  await keepToken(db, tenant, { hash, purpose: PURPOSE.owner, subject: email.toLowerCase(), ttlMs });
}

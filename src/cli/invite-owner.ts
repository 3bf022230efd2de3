/** `kav invite-owner`: for an owner who is locked out, by whoever may read the data folder or the database. */
import { z } from 'zod';
import { invitationLink, keepOwnerLink, OWNER_LINK_MS } from '../api/accounts/one-time-links.ts';
import { leaveOwnerLink } from '../api/accounts/owner-link-file.ts';
import { hashSecret, newSecret } from '../api/accounts/secrets.ts';
import { createRealClock } from '../call/real-clock.ts';
import { ConfigError } from '../core/errors.ts';
import { openStore } from '../store/store.ts';
import { httpUrl } from '../twilio/public-origin.ts';
import { parseEnvironment, publicOriginOf, type RawEnvironment } from './config.ts';
import type { Environment } from './environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export async function inviteOwner(
  address: string,
  raw: RawEnvironment = process.env,
  print: (line: string) => void = console.log,
): Promise<ExitCode> {
  const email = z.email().max(254).safeParse(address);
  if (!email.success)
    throw new ConfigError('kav invite-owner', `${address} is no address`, 'Write it as a@example.com.');
  const environment = parseEnvironment(raw);
  const origin = publicOriginOf(environment);
  const secret = newSecret();
  await keep(environment, email.data, hashSecret(secret));
  const link = invitationLink(
    origin ? httpUrl(origin, '/').slice(0, -1) : `http://localhost:${environment.PORT}`,
    secret,
  );
  print(`For ${email.data}, once, within an hour: ${link}`);
  return EXIT.ok;
}

/** The embedded database belongs to the running server, if there is one: it takes the link from the data folder. */
async function keep(
  { DATABASE_URL, KAV_DATA_DIR, KAV_TENANT }: Environment,
  email: string,
  hash: string,
): Promise<void> {
  if (DATABASE_URL === undefined) {
    await leaveOwnerLink(KAV_DATA_DIR, { email, hash, expiresAt: Date.now() + OWNER_LINK_MS });
    return;
  }
  const store = openStore({ databaseUrl: DATABASE_URL, clock: createRealClock(), poolSize: 1 });
  try {
    await store.ready;
    await keepOwnerLink(store.db, KAV_TENANT, { email, hash, ttlMs: OWNER_LINK_MS });
  } finally {
    await store.close();
  }
}

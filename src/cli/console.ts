/** The console and its API, put together when somebody first asks for them. */
import { fileURLToPath } from 'node:url';
import { createAccountHandlers } from '../api/accounts/accounts.ts';
import { createIdentity } from '../api/accounts/identity.ts';
import { keepOwnerLink, offerSetup, setupLink } from '../api/accounts/one-time-links.ts';
import { takeOwnerLinks } from '../api/accounts/owner-link-file.ts';
import { createPasswords } from '../api/accounts/password.ts';
import { openSessionWatch, storedSessions } from '../api/accounts/session-watch.ts';
import { startTidying } from '../api/accounts/tidy.ts';
import { openApiFrame } from '../api/frame/frame.ts';
import { createOpenApiHandler } from '../api/frame/openapi.ts';
import type { ConsoleDoor, ConsoleSurroundings } from '../server/console-door.ts';
import { createDataHandlers } from './console-data.ts';
import { createLiveParts } from './console-live.ts';
import type { LoadedDesk, Parts } from './load-desk.ts';
import { VERSION } from './version.ts';

const FILES = fileURLToPath(new URL('../../console/dist', import.meta.url));

export async function openConsole(
  parts: Parts,
  loaded: LoadedDesk,
  surroundings: ConsoleSurroundings,
): Promise<ConsoleDoor> {
  const { clock, environment, log } = parts;
  const { keeping, ready } = loaded;
  const { db } = keeping.store;
  const { tenant } = keeping.facts;
  const accounts = createAccountHandlers({
    db,
    tenant,
    passwords: createPasswords(),
    unixMs: Date.now,
    version: VERSION,
    language: ready.language,
    takeOwnerLinks: () =>
      takeOwnerLinks(environment.KAV_DATA_DIR, ({ email, expiresAt, hash }) =>
        keepOwnerLink(db, tenant, { email, hash, ttlMs: expiresAt - Date.now() }),
      ),
  });
  const sessions = openSessionWatch({ sessions: storedSessions(db, tenant), clock });
  const stopTidying = startTidying({ db, tenant, clock });
  const live = createLiveParts(parts, loaded, sessions);
  const frame = await openApiFrame({
    tenant,
    surroundings,
    identity: createIdentity({ db, tenant }),
    handlers: {
      ...accounts,
      ...createDataHandlers(parts, loaded),
      ...live.handlers,
      ...createOpenApiHandler(VERSION),
    },
    live: live.door,
    files: FILES,
    log,
  });
  return {
    ...frame,
    close: async () => {
      stopTidying();
      await frame.close();
      sessions.close();
    },
  };
}

/** The link for the first owner; undefined when there is one. */
export async function offerSetupLink({ keeping }: LoadedDesk, origin: string): Promise<string | undefined> {
  const secret = await offerSetup(keeping.store.db, keeping.facts.tenant);
  return secret === undefined ? undefined : setupLink(origin, secret);
}

/** The console and its API, put together when somebody first asks for them. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccountHandlers } from '../api/accounts/accounts.ts';
import { createIdentity } from '../api/accounts/identity.ts';
import { keepOwnerLink, offerSetup, setupLink } from '../api/accounts/one-time-links.ts';
import { takeOwnerLinks } from '../api/accounts/owner-link-file.ts';
import { createPasswords } from '../api/accounts/password.ts';
import { openSessionWatch, storedSessions } from '../api/accounts/session-watch.ts';
import { startTidying } from '../api/accounts/tidy.ts';
import { createAgentHandlers } from '../api/agents/handlers.ts';
import { createCallHandlers } from '../api/calls/handlers.ts';
import { openApiFrame } from '../api/frame/frame.ts';
import { createOpenApiHandler } from '../api/frame/openapi.ts';
import { createHomeHandlers } from '../api/home/handlers.ts';
import { createLiveDoor } from '../api/live/create-door.ts';
import { createLiveHandlers } from '../api/live/handlers.ts';
import { NewsDesk } from '../api/live/news-desk.ts';
import { createPeopleHandlers } from '../api/people/handlers.ts';
import { createPhoneHandlers } from '../api/phone/handlers.ts';
import type { AllHandlers } from '../api/visit.ts';
import { RECORDINGS_FOLDER } from '../recording/layout.ts';
import type { ConsoleDoor, ConsoleSurroundings } from '../server/console-door.ts';
import { agentFileOf } from './agent-file.ts';
import { consoleChecks, setupFacts } from './console-checks.ts';
import type { LoadedDesk, Parts } from './load-desk.ts';
import { VERSION } from './version.ts';

const FILES = fileURLToPath(new URL('../../console/dist', import.meta.url));

export interface ConsoleParts {
  readonly parts: Parts;
  readonly loaded: LoadedDesk;
  readonly surroundings: ConsoleSurroundings;
  /** The port that this process listens on. */
  readonly port: () => number;
}

export async function openConsole(options: ConsoleParts): Promise<ConsoleDoor> {
  const { loaded, parts, surroundings } = options;
  const { clock, log } = parts;
  const { store } = loaded.keeping;
  const { db } = store;
  const { tenant } = loaded.keeping.facts;
  const sessions = openSessionWatch({ sessions: storedSessions(db, tenant), clock });
  const stopTidying = startTidying({ db, tenant, clock });
  const news = new NewsDesk({ store, clock, tenant });
  const frame = await openApiFrame({
    tenant,
    surroundings,
    identity: createIdentity({ db, tenant }),
    handlers: createHandlers(options),
    live: createLiveDoor({ live: loaded.live, sessions, news, clock, log, tenant }),
    files: FILES,
    log,
  });
  return {
    ...frame,
    close: async () => {
      stopTidying();
      await frame.close();
      await news.close();
      sessions.close();
    },
  };
}

/** All of them: a route that nobody answers does not compile. */
function createHandlers({ loaded, parts, port }: ConsoleParts): AllHandlers {
  const { clock, environment, journalFolder, metrics, raw } = parts;
  const { afterCalls, cluster, keeping, live, phones, ready, recordingKeys, runtime, versions } = loaded;
  const { store } = keeping;
  const { db } = store;
  const { date, tenant } = keeping.facts;
  const language = (): string => ready.language;
  const recordings = { root: path.resolve(environment.KAV_DATA_DIR, RECORDINGS_FOLDER), keys: recordingKeys };
  const file = agentFileOf(environment.KAV_AGENT);
  const served = { runtime, versions, remarks: ready.remarks, file, fileName: path.relative('', file) };
  const { brain, stt, tts } = runtime.options;
  const providers = [stt, brain, tts].map(({ caveat, name }) => ({ name, caveat }));
  return {
    ...createAccounts(parts, loaded),
    ...createLiveHandlers({ live, store, cluster, tenant }),
    ...createPhoneHandlers({
      phones,
      tenant,
      agentName: ready.name,
    }),
    ...createCallHandlers({ db, version: VERSION, journalFolder, recordings, afterCalls: () => afterCalls.desk }),
    ...createPeopleHandlers({ db, language }),
    ...createAgentHandlers({ db, notify: store.notify, tenant, served: () => served }),
    ...createHomeHandlers({
      db,
      clock,
      date,
      language,
      metrics,
      // The port is known once somebody can ask.
      runChecks: () => consoleChecks({ raw, environment, clock, port: port() })(),
      setup: setupFacts(environment, () => providers),
    }),
    ...createOpenApiHandler(VERSION),
  };
}

function createAccounts({ environment }: Parts, { keeping, ready }: LoadedDesk) {
  const { db } = keeping.store;
  const { tenant } = keeping.facts;
  return createAccountHandlers({
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
}

/** The link for the first owner; undefined when there is one. */
export async function offerSetupLink({ keeping }: LoadedDesk, origin: string): Promise<string | undefined> {
  const secret = await offerSetup(keeping.store.db, keeping.facts.tenant);
  return secret === undefined ? undefined : setupLink(origin, secret);
}

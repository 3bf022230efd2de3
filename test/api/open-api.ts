/** A whole server with the API on the embedded database, and browsers that use it as the console does. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAccountHandlers } from '../../src/api/accounts/accounts.ts';
import { createIdentity, type Identity } from '../../src/api/accounts/identity.ts';
import { createPasswords } from '../../src/api/accounts/password.ts';
import { csrfTokenOf, hashSecret, newSecret } from '../../src/api/accounts/secrets.ts';
import type { UserRole } from '../../src/api/contract/accounts.ts';
import type { ApiRouteName } from '../../src/api/contract/contract.ts';
import { openApiFrame } from '../../src/api/frame/frame.ts';
import type { PaceLimits } from '../../src/api/frame/pace.ts';
import type { LiveDoor } from '../../src/api/live-door.ts';
import type { VisitHandlers } from '../../src/api/visit.ts';
import { createRealClock } from '../../src/call/real-clock.ts';
import { type KeptLine, keepLog, openTestServer, type TestServer } from '../../src/server/server.fixture.ts';
import { openSession } from '../../src/store/queries/sessions.ts';
import { addUser } from '../../src/store/queries/users.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { PublicOrigin } from '../../src/twilio/public-origin.ts';
import { embeddedSnapshot } from '../services/snapshot.ts';

export async function openTestStore(): Promise<Store> {
  const store = openStore({
    snapshot: new Uint8Array(readFileSync(await embeddedSnapshot())),
    clock: createRealClock(),
  });
  await store.ready;
  return store;
}

export interface TestApiOptions {
  /** Not needed where identity and handlers are given. */
  readonly store?: Store;
  readonly tenant?: string;
  readonly identity?: Identity;
  readonly handlers?: Partial<VisitHandlers<ApiRouteName>>;
  readonly live?: LiveDoor;
  readonly files?: string;
  readonly pace?: PaceLimits;
  readonly publicOrigin?: PublicOrigin;
  readonly trustedProxies?: readonly string[];
  readonly unixMs?: () => number;
  readonly takeOwnerLinks?: () => Promise<void>;
}

export interface TestApi {
  readonly url: string;
  readonly tenant: string;
  readonly server: TestServer;
  readonly lines: readonly KeptLine[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Passwords cost next to nothing here. */
export const cheapPasswords = () => createPasswords({ memoryKib: 8, passes: 1, parallelism: 1 });

export async function openTestApi(options: TestApiOptions): Promise<TestApi> {
  const { files = '/nowhere', live, store, takeOwnerLinks = async () => {}, unixMs = Date.now } = options;
  const tenant = options.tenant ?? `tenant-${randomUUID()}`;
  const needStore = () => {
    if (!store) throw new Error('this server needs a store');
    return store;
  };
  const { lines, log } = keepLog();
  const handlers =
    options.handlers ??
    createAccountHandlers({
      db: needStore().db,
      tenant,
      passwords: cheapPasswords(),
      unixMs,
      version: '9.8.7',
      language: 'he-IL',
      takeOwnerLinks,
    });
  const server = await openTestServer({
    publicOrigin: options.publicOrigin,
    trustedProxies: options.trustedProxies ?? [],
    console: (surroundings) =>
      openApiFrame({
        tenant,
        surroundings,
        identity: options.identity ?? createIdentity({ db: needStore().db, tenant }),
        handlers,
        live,
        files,
        pace: options.pace ?? { perSecond: 100_000, burst: 100_000 },
        log,
      }),
  });
  return {
    url: server.url,
    tenant,
    server,
    lines,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of each answer
  readonly body: any;
}

/** Keeps its cookie and its CSRF token as a page of the console does. */
export class Browser {
  readonly #api: Pick<TestApi, 'url'>;
  cookie: string | undefined;
  csrf: string | undefined;

  constructor(api: Pick<TestApi, 'url'>, secret?: string) {
    this.#api = api;
    if (secret === undefined) return;
    this.cookie = `kav-local-${new URL(api.url).port}=${secret}`;
    this.csrf = csrfTokenOf(secret);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return this.ask('GET', path, undefined, headers);
  }

  post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return this.ask('POST', path, body, headers);
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const response = await fetch(`${this.#api.url}/api${path}`, {
      method,
      redirect: 'manual',
      headers: {
        Origin: this.#api.url,
        ...(this.cookie === undefined ? {} : { Cookie: this.cookie }),
        ...(this.csrf === undefined ? {} : { 'X-Kav-Csrf': this.csrf }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answered = { status: response.status, headers: response.headers, body: parse(text) };
    this.#keep(answered);
    return answered;
  }

  #keep({ body, headers }: Answered): void {
    const [set] = headers.getSetCookie();
    if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';', 1)[0];
    if (body !== null && typeof body === 'object' && 'csrf' in body) this.csrf = body.csrf ?? undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface TestUser {
  readonly userId: string;
  readonly email: string;
  /** Of a session. */
  readonly secret: string;
}

/** A user who is logged in, without the way in. */
export async function logInDirectly(
  { db }: Store,
  tenant: string,
  { longestMs = 3_600_000, role }: { readonly role: UserRole; readonly longestMs?: number },
): Promise<TestUser> {
  const user = { userId: randomUUID(), email: `${randomUUID()}@example.com` };
  await addUser(db, tenant, { ...user, name: null, role, passwordHash: 'none' });
  const secret = newSecret();
  await openSession(db, tenant, { sessionHash: hashSecret(secret), userId: user.userId, longestMs });
  return { ...user, secret };
}

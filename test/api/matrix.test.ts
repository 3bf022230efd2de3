/**
 * Who may do what, made from the route table: every route is asked by everybody, over a real server. A route is allowed
 * when its handler was reached or its shapes were looked at; what is refused must be refused before both.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { KEY_PREFIX } from '../../src/api/accounts/identity.ts';
import { hashSecret, newSecret } from '../../src/api/accounts/secrets.ts';
import type { UserRole } from '../../src/api/contract/accounts.ts';
import { API_ROUTES, type ApiRouteName } from '../../src/api/contract/contract.ts';
import { type ApiRoute, ROLES } from '../../src/api/contract/route.ts';
import { ApiRefusal } from '../../src/api/handler.ts';
import type { LiveDoor } from '../../src/api/live-door.ts';
import type { VisitHandlers } from '../../src/api/visit.ts';
import { StoreError } from '../../src/core/errors.ts';
import { addKey, removeKey } from '../../src/store/queries/api-keys.ts';
import { changeUser } from '../../src/store/queries/users.ts';
import type { Store } from '../../src/store/store.ts';
import { Browser, logInDirectly, openTestApi, openTestStore, type TestApi } from './open-api.ts';

const ROUTES = Object.entries(API_ROUTES) as [ApiRouteName, ApiRoute][];
const USER_ROLES = ['viewer', 'operator', 'owner'] as const satisfies readonly UserRole[];

/** Reached: what a handler would have done is not of interest here. */
const REACHED = new ApiRefusal(422, 'reached', 'A handler was asked.');
const reachedHandlers = Object.fromEntries(
  ROUTES.map(([name]) => [name, () => Promise.reject(REACHED)]),
) as unknown as VisitHandlers<ApiRouteName>;
/** Answers the upgrade so that the client sees the refusal of a handler. */
const reachedDoor: LiveDoor = {
  upgrade: (_request, socket) => void socket.end('HTTP/1.1 422 Reached\r\nContent-Length: 0\r\n\r\n'),
  close: async () => {},
};

let store: Store;
let api: TestApi;
const people = new Map<string, Browser>();
const keys = new Map<string, string>();

beforeAll(async () => {
  store = await openTestStore();
  api = await openTestApi({ store, handlers: reachedHandlers, live: reachedDoor });
  const other = `tenant-${randomUUID()}`;
  for (const role of USER_ROLES) {
    people.set(role, new Browser(api, (await logInDirectly(store, api.tenant, { role })).secret));
    keys.set(role, await keyOf(api.tenant, role));
  }
  people.set('other tenant', new Browser(api, (await logInDirectly(store, other, { role: 'owner' })).secret));
  people.set(
    'expired',
    new Browser(api, (await logInDirectly(store, api.tenant, { role: 'owner', longestMs: -1 })).secret),
  );
  const disabled = await logInDirectly(store, api.tenant, { role: 'owner' });
  await changeUser(store.db, api.tenant, { userId: disabled.userId, isDisabled: true });
  people.set('disabled', new Browser(api, disabled.secret));
  people.set('invented', new Browser(api, newSecret()));
  people.set('anonymous', new Browser(api));
  keys.set('other tenant', await keyOf(other, 'owner'));
  keys.set('removed', await keyOf(api.tenant, 'owner', true));
  keys.set('invented', KEY_PREFIX + newSecret());
}, 60_000);
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await store?.close();
});

async function keyOf(tenant: string, role: UserRole, isRemoved = false): Promise<string> {
  const secret = KEY_PREFIX + newSecret();
  const key = { keyId: randomUUID(), name: role, role, secretHash: hashSecret(secret), createdBy: 'test' };
  await addKey(store.db, tenant, key);
  if (isRemoved) await removeKey(store.db, tenant, key.keyId);
  return secret;
}

type Verdict = `${number} ${string}` | 'allowed';

/** What the answer of the server comes to. */
async function ask(
  [name, route]: (typeof ROUTES)[number],
  { browser, headers = {} }: { readonly browser: Browser; readonly headers?: Readonly<Record<string, string>> },
): Promise<Verdict> {
  const path = route.path.replace(/\{\w+\}/g, 'x');
  const isCsv = route.body === 'csv';
  const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : isCsv ? 'a' : '{}';
  const type = isCsv ? { 'Content-Type': 'text/csv' } : {};
  const answer = await browser.ask(route.method, path, body, { ...type, ...headers });
  const code: string = answer.body.code;
  expect(answer.status, `${name} is there`).not.toBe(404);
  return ['reached', 'invalid', 'upgrade-required'].includes(code) ? 'allowed' : `${answer.status} ${code}`;
}

const isChange = ({ answer, method }: ApiRoute): boolean => method !== 'GET' || answer === 'socket';
const needsCsrf = ({ method, role }: ApiRoute): boolean => method !== 'GET' && role !== 'anonymous';

function expectedOf(route: ApiRoute, role: (typeof ROLES)[number]): Verdict {
  if (ROLES.indexOf(role) >= ROLES.indexOf(route.role)) return 'allowed';
  return role === 'anonymous' ? '401 not-logged-in' : '403 role-too-low';
}

/** Asks every route, and compares what comes of it with what the table says. */
async function expectAll(asked: Parameters<typeof ask>[1], expected: (route: ApiRoute) => Verdict): Promise<void> {
  const got = await Promise.all(ROUTES.map(async (entry) => [entry[0], await ask(entry, asked)]));
  expect(Object.fromEntries(got)).toEqual(Object.fromEntries(ROUTES.map(([name, route]) => [name, expected(route)])));
}

test('every route has a rule', () => {
  for (const [name, { keys: mayUseKeys, role }] of ROUTES) {
    expect(ROLES, name).toContain(role);
    if (role === 'anonymous' || role === 'owner') expect(mayUseKeys, `${name} is for people`).toBeUndefined();
  }
  const open = ROUTES.filter(([, { role }]) => role === 'anonymous').map(([name]) => name);
  expect(open).toEqual(['session', 'setup', 'login', 'accept-invitation', 'openapi']);
});

describe('people', () => {
  test.each(USER_ROLES)('%s', (role) => expectAll({ browser: people.get(role)! }, (route) => expectedOf(route, role)));

  test.each(['anonymous', 'other tenant', 'expired', 'disabled', 'invented'])('%s is nobody', (who) =>
    expectAll({ browser: people.get(who)! }, (route) => expectedOf(route, 'anonymous')),
  );

  test.each(USER_ROLES)('%s without the token against forgery', (role) =>
    expectAll({ browser: people.get(role)!, headers: { 'X-Kav-Csrf': '' } }, (route) => {
      const verdict = expectedOf(route, role);
      return verdict === 'allowed' && needsCsrf(route) ? '403 csrf' : verdict;
    }),
  );

  test('with the token of another session', () =>
    expectAll({ browser: people.get('owner')!, headers: { 'X-Kav-Csrf': people.get('viewer')!.csrf! } }, (route) =>
      needsCsrf(route) ? '403 csrf' : 'allowed',
    ));

  test.each([
    ['another origin', { Origin: 'https://evil.example' }],
    ['another port', { Origin: 'http://127.0.0.1:1' }],
    ['no origin', { Origin: 'null' }],
    ['another site, by the browser’s word', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sister site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('from %s', (_from, headers) =>
    expectAll({ browser: people.get('owner')!, headers: headers as Record<string, string> }, (route) =>
      isChange(route) ? '403 foreign-page' : 'allowed',
    ),
  );
});

describe('keys', () => {
  const bearer = (who: string) => ({
    browser: new Browser(api),
    headers: { Authorization: `Bearer ${keys.get(who)}`, Origin: 'https://elsewhere.example' },
  });

  test.each(USER_ROLES)('of the role %s', (role) =>
    expectAll(bearer(role), (route) => (route.keys ? expectedOf(route, role) : '403 key-not-allowed')),
  );

  test.each(['other tenant', 'removed', 'invented'])('%s', (who) => expectAll(bearer(who), () => '401 key-unknown'));

  test('something else in the header, beside the cookie of an owner', () =>
    expectAll(
      { browser: people.get('owner')!, headers: { Authorization: 'Basic b3duZXI6' } },
      () => '401 key-unknown',
    ));
});

describe('the live socket', () => {
  async function upgrade(who: string, headers: Readonly<Record<string, string>> = {}, path = '/live'): Promise<number> {
    const cookie = people.get(who)!.cookie;
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/api${path}`, ['kav.live'], {
      headers: { Origin: api.url, ...(cookie === undefined ? {} : { Cookie: cookie }), ...headers },
    });
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', reject).on('open', () => reject(new Error('nobody answers it here')));
    });
  }

  test.each(USER_ROLES)('lets a %s through', async (role) => {
    expect(await upgrade(role)).toBe(422);
  });

  test.each(['anonymous', 'other tenant', 'expired', 'disabled', 'invented'])('refuses %s', async (who) => {
    expect(await upgrade(who)).toBe(401);
  });

  test('refuses foreign pages, keys, and other paths', async () => {
    expect(await upgrade('owner', { Origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade('owner', { Authorization: `Bearer ${keys.get('owner')}` })).toBe(403);
    expect(await upgrade('owner', {}, '/calls')).toBe(404);
    expect(await upgrade('owner', {}, '/live/')).toBe(404);
  });
});

describe('who cannot be known is refused', () => {
  const away = new StoreError({ code: 'store-unavailable', retryable: true }, 'away');
  test.each([
    ['the store is away', away, '503 store-away'],
    ['the check has a bug', new TypeError('bug'), '500 fault'],
  ] as const)('%s', async (_why, error, verdict) => {
    const fail = () => Promise.reject(error);
    const identity = { ofSession: fail, ofKey: fail };
    await using broken = await openTestApi({ store, tenant: api.tenant, identity, handlers: reachedHandlers });
    const cookie = `kav-local-${new URL(broken.url).port}=${newSecret()}`;
    const headers = { Cookie: cookie, Origin: broken.url };
    await expectAll({ browser: new Browser(broken), headers }, () => verdict);
    const key = { Authorization: `Bearer ${keys.get('owner')}` };
    await expectAll({ browser: new Browser(broken), headers: key }, () => verdict);
  });
});

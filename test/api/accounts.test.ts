/** Accounts as people use them, over a real server and a real store. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { offerSetup } from '../../src/api/accounts/one-time-links.ts';
import { totpCode, totpStepAt } from '../../src/api/accounts/totp.ts';
import { listAudit } from '../../src/store/queries/audit.ts';
import type { Store } from '../../src/store/store.ts';
import { type Answered, Browser, openTestApi, openTestStore, type TestApi } from './open-api.ts';

const PASSWORD = 'correct horse battery';
const OTHER_PASSWORD = 'wrong zebra accumulator';
const EMAIL = 'dana@carmel.example';

let store: Store;
let api: TestApi;
let unixMs = Date.parse('2026-11-27T10:00:00Z');
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());
/** Each test has a tenant of its own, with one owner. */
let owner: Browser;
beforeEach(async () => {
  api = await openTestApi({ store, unixMs: () => unixMs, trustedProxies: ['loopback'] });
  owner = new Browser(api);
  const token = await offerSetup(store.db, api.tenant);
  const set = await owner.post('/setup', { token, email: EMAIL, name: 'Dana', password: PASSWORD });
  expect(set.status).toBe(200);
  return () => api[Symbol.asyncDispose]();
});

const logIn = async (email = EMAIL, password = PASSWORD, code?: string) => {
  const browser = new Browser(api);
  const { body, status } = await browser.post('/login', { email, password, ...(code === undefined ? {} : { code }) });
  return { browser, status, body };
};
const tokenOf = (link: string): string => /#token=([\w-]+)$/.exec(link)![1]!;
const invite = async (email: string, role: string) => {
  const { body } = await owner.post('/users', { email, role });
  const browser = new Browser(api);
  await browser.post('/invitation', { token: tokenOf(body.link), name: 'Noa', password: OTHER_PASSWORD });
  return { browser, userId: body.user.userId as string, link: body.link as string };
};
const actions = async () => (await listAudit(store.db, api.tenant, { limit: 50 })).map(({ action }) => action);

describe('the first owner', () => {
  test('comes with a link that is good once, and is there for good', async () => {
    expect((await owner.get('/session')).body).toMatchObject({
      account: { email: EMAIL, name: 'Dana', role: 'owner', hasTotp: false },
      needsSetup: false,
      tenant: api.tenant,
      language: 'he-IL',
    });
    expect(await offerSetup(store.db, api.tenant)).toBeUndefined();
    const again = { token: 'x'.repeat(43), email: 'eve@evil.example', name: 'Eve', password: PASSWORD };
    expect(await new Browser(api).post('/setup', again)).toMatchObject({
      status: 409,
      body: { code: 'already-set-up' },
    });
  });

  test('a link is spent by nothing but its use', async () => {
    await using fresh = await openTestApi({ store });
    const browser = new Browser(fresh);
    const token = await offerSetup(store.db, fresh.tenant);
    const other = await offerSetup(store.db, fresh.tenant);
    const body = { token, email: EMAIL, name: 'Dana', password: PASSWORD };
    expect((await browser.get('/session')).body).toMatchObject({ account: null, needsSetup: true, csrf: null });
    expect(await browser.post('/setup', { ...body, token: 'x'.repeat(43) })).toMatchObject({ status: 401 });
    for (const password of ['Password1234!', '123456789012', 'dana.carmel2026']) {
      expect((await browser.post('/setup', { ...body, password })).body).toMatchObject({ code: 'weak-password' });
    }
    expect(await browser.post('/setup', { ...body, password: 'short' })).toMatchObject({ status: 400 });
    const both = await Promise.all([browser.post('/setup', body), new Browser(fresh).post('/setup', body)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await browser.post('/setup', { ...body, token: other })).toMatchObject({ status: 409 });
    // A tenant's link is nothing elsewhere.
    await using elsewhere = await openTestApi({ store });
    const stray = await offerSetup(store.db, fresh.tenant);
    expect(stray).toBeUndefined();
    expect(await new Browser(elsewhere).post('/setup', body)).toMatchObject({ status: 401 });
  });
});

describe('logging in', () => {
  test('makes a new session each time, and ends the one that the browser had', async () => {
    const { browser } = await logIn();
    const before = browser.cookie!;
    expect(before).not.toBe(owner.cookie);
    await browser.post('/login', { email: EMAIL.toUpperCase(), password: PASSWORD });
    expect(browser.cookie).not.toBe(before);
    const planted = new Browser(api);
    planted.cookie = before;
    expect((await planted.get('/session')).body.account).toBeNull();
    expect((await owner.get('/sessions')).body.sessions).toHaveLength(2);
  });

  test('a cookie that was chosen by somebody else stays worthless', async () => {
    const browser = new Browser(api, 'A'.repeat(43));
    const chosen = browser.cookie;
    await browser.post('/login', { email: EMAIL, password: PASSWORD });
    expect(browser.cookie).not.toBe(chosen);
    const thief = new Browser(api, 'A'.repeat(43));
    expect(await thief.get('/users')).toMatchObject({ status: 401 });
  });

  test('the cookie is for this server alone, and for no script', async () => {
    const response = await fetch(`${api.url}/api/login`, {
      method: 'POST',
      headers: { Origin: api.url, 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    });
    const port = new URL(api.url).port;
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^kav-local-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
    ]);
    const proxied = await fetch(`${api.url}/api/login`, {
      method: 'POST',
      headers: {
        Origin: 'https://voice.example.com',
        'Content-Type': 'application/json',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'voice.example.com',
      },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    });
    expect(proxied.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-kav=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/),
    ]);
    expect(proxied.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  test('over plain http from elsewhere is refused, since the browser would drop the cookie', async () => {
    const headers = { Origin: 'http://192.168.1.5:8080', 'X-Forwarded-Host': '192.168.1.5:8080' };
    const answer = await new Browser(api).post('/login', { email: EMAIL, password: PASSWORD }, headers);
    expect(answer).toMatchObject({ status: 403, body: { code: 'https-needed' } });
  });

  test('whoever is not there, disabled or wrong hears the same', async () => {
    const { userId } = await invite('noa@carmel.example', 'viewer');
    await owner.ask('PATCH', `/users/${userId}`, { isDisabled: true });
    const answers = await Promise.all([
      logIn(EMAIL, OTHER_PASSWORD),
      logIn('nobody@carmel.example', PASSWORD),
      logIn('noa@carmel.example', OTHER_PASSWORD),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'login-refused' } });
    expect(await actions()).toContain('login-refused');
  });

  test('logging out ends the session at the server', async () => {
    const { browser } = await logIn();
    const cookie = browser.cookie!;
    expect((await browser.post('/logout')).status).toBe(200);
    expect(browser.cookie).toBeUndefined();
    browser.cookie = cookie;
    expect(await browser.get('/sessions')).toMatchObject({ status: 401 });
  });

  test('a session ends by rest and by age', async () => {
    const ageBy = (column: string, interval: string) =>
      sql`update sessions set ${sql.ref(column)} = ${sql.ref(column)} - ${interval}::interval
        where tenant = ${api.tenant}`.execute(store.db);
    await ageBy('seen_at', '29 minutes');
    expect((await owner.get('/users')).status).toBe(200);
    await ageBy('seen_at', '31 minutes');
    expect((await owner.get('/users')).status).toBe(401);
    const { browser } = await logIn();
    await ageBy('expires_at', '11 hours 59 minutes');
    expect((await browser.get('/users')).status).toBe(200);
    await ageBy('expires_at', '2 minutes');
    expect((await browser.get('/users')).status).toBe(401);
  });
});

describe('guessing', () => {
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const guess = (at: TestApi, address: string, password: string, email = EMAIL) =>
    new Browser(at).post('/login', { email, password }, from(address));

  test('of many at once over three nodes only a few are looked at, and the right one from elsewhere is let in', async () => {
    await using second = await openTestApi({ store, tenant: api.tenant, trustedProxies: ['loopback'] });
    await using third = await openTestApi({ store, tenant: api.tenant, trustedProxies: ['loopback'] });
    const nodes = [api, second, third];
    const answers: Answered[] = [];
    for (let round = 0; round < 12; round++) {
      const tries = Array.from({ length: 12 }, (_, i) => guess(nodes[i % 3]!, '203.0.113.7', `wrong guess ${i}`));
      answers.push(...(await Promise.all(tries)));
    }
    const looked = answers.filter(({ status }) => status === 401);
    expect(looked.length).toBeGreaterThan(0);
    expect(looked.length).toBeLessThanOrEqual(10);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body.code).toBe('too-many-tries');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess(second, '203.0.113.7', PASSWORD)).status).toBe(429);
    expect((await guess(second, '198.51.100.9', PASSWORD)).status).toBe(200);
  });

  test('an account under attack from everywhere still lets its owner in', async () => {
    for (let i = 0; i < 40; i++) await guess(api, `203.0.113.${i}`, 'wrong guess');
    // Those who have failed already wait, whatever they come with.
    expect((await guess(api, '203.0.113.1', PASSWORD)).status).toBe(429);
    expect((await guess(api, '198.51.100.9', PASSWORD)).status).toBe(200);
  });

  test('of many accounts from one address is slowed down too, and so is guessing links', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) {
      statuses.push((await guess(api, '203.0.113.7', 'wrong guess', `user${i}@carmel.example`)).status);
    }
    expect(statuses).toContain(429);
    const body = { token: 'x'.repeat(43), name: 'Eve', password: OTHER_PASSWORD };
    expect((await new Browser(api).post('/invitation', body, from('203.0.113.7'))).status).toBe(429);
  });
});

describe('the second factor', () => {
  const turnOn = async () => {
    const { body } = await owner.post('/totp/begin');
    const code = totpCode(body.secret, totpStepAt(unixMs));
    const confirmed = await owner.post('/totp/confirm', { code });
    return { secret: body.secret as string, uri: body.uri as string, codes: confirmed.body.recoveryCodes as string[] };
  };

  test('is asked for once it is confirmed; no code is good twice', async () => {
    const { browser: elsewhere } = await logIn();
    const begun = await owner.post('/totp/begin');
    expect(begun.body.uri).toBe(
      `otpauth://totp/Kav:${encodeURIComponent(EMAIL)}?secret=${begun.body.secret}&issuer=Kav&algorithm=SHA1&digits=6&period=30`,
    );
    expect((await logIn()).status).toBe(200);
    expect(await owner.post('/totp/confirm', { code: '000000' })).toMatchObject({ body: { code: 'code-wrong' } });
    const { secret } = await turnOn();
    expect((await elsewhere.get('/sessions')).status).toBe(401);
    expect((await owner.get('/session')).body.account.hasTotp).toBe(true);
    expect(await owner.post('/totp/begin')).toMatchObject({ status: 409 });
    expect(await logIn()).toMatchObject({ status: 401, body: { code: 'code-needed' } });
    const code = totpCode(secret, totpStepAt(unixMs));
    expect(await logIn(EMAIL, PASSWORD, code)).toMatchObject({ status: 401, body: { code: 'code-wrong' } }); // it confirmed
    unixMs += 30_000;
    const next = totpCode(secret, totpStepAt(unixMs));
    expect(await logIn(EMAIL, OTHER_PASSWORD, next)).toMatchObject({ body: { code: 'login-refused' } });
    const both = await Promise.all([logIn(EMAIL, PASSWORD, next), logIn(EMAIL, PASSWORD, next)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('codes for the day the phone is lost are good once each, and kept as hashes', async () => {
    const { codes } = await turnOn();
    expect(codes).toHaveLength(10);
    expect((await logIn(EMAIL, PASSWORD, codes[0]!.toUpperCase())).status).toBe(200);
    expect((await logIn(EMAIL, PASSWORD, codes[0]!)).status).toBe(401);
    expect((await logIn(EMAIL, PASSWORD, codes[1]!)).status).toBe(200);
    const { rows } = await sql<{ row: string }>`select to_jsonb(r)::text as row from recovery_codes r
      where tenant = ${api.tenant}`.execute(store.db);
    for (const code of codes) expect(rows.map(({ row }) => row).join()).not.toContain(code.replaceAll('-', ''));
  });

  test('goes with the password alone', async () => {
    await turnOn();
    expect(await owner.post('/totp/remove', { password: OTHER_PASSWORD })).toMatchObject({ status: 403 });
    expect((await owner.post('/totp/remove', { password: PASSWORD })).status).toBe(200);
    expect((await logIn()).status).toBe(200);
  });
});

describe('sessions end with what they rest on', () => {
  test('a new password: every other session', async () => {
    const { browser: other } = await logIn();
    const wrong = { current: OTHER_PASSWORD, next: 'another good phrase' };
    expect(await owner.post('/password', wrong)).toMatchObject({ status: 403, body: { code: 'password-wrong' } });
    expect(await owner.post('/password', { ...wrong, current: PASSWORD })).toMatchObject({ status: 200 });
    expect((await owner.get('/users')).status).toBe(200);
    expect((await other.get('/users')).status).toBe(401);
    expect((await logIn()).status).toBe(401);
    expect((await logIn(EMAIL, 'another good phrase')).status).toBe(200);
  });

  test('another role, a ban, a reset; another name does no harm', async () => {
    const { browser, userId } = await invite('noa@carmel.example', 'operator');
    expect((await owner.ask('PATCH', `/users/${userId}`, { name: 'Noa B.' })).body.user.name).toBe('Noa B.');
    expect((await browser.get('/sessions')).status).toBe(200);
    await owner.ask('PATCH', `/users/${userId}`, { role: 'viewer' });
    expect((await browser.get('/sessions')).status).toBe(401);
    const back = await logIn('noa@carmel.example', OTHER_PASSWORD);
    expect(back.body.account.role).toBe('viewer');
    const { body } = await owner.post(`/users/${userId}/reset`);
    expect((await back.browser.get('/sessions')).status).toBe(401);
    expect((await logIn('noa@carmel.example', OTHER_PASSWORD)).status).toBe(401);
    const renewed = new Browser(api);
    const chosen = { token: tokenOf(body.link), name: 'Noa', password: 'a third good phrase' };
    expect((await renewed.post('/invitation', chosen)).status).toBe(200);
    await owner.ask('PATCH', `/users/${userId}`, { isDisabled: true });
    expect((await renewed.get('/sessions')).status).toBe(401);
    expect((await logIn('noa@carmel.example', 'a third good phrase')).status).toBe(401);
  });

  test('one by one, and only the own', async () => {
    const { browser: other } = await logIn();
    const { browser: noa } = await invite('noa@carmel.example', 'owner');
    const { sessions } = (await other.get('/sessions')).body;
    expect(sessions.map(({ isThis }: { isThis: boolean }) => isThis)).toEqual([true, false]);
    const { sessionId } = sessions[0];
    expect((await noa.ask('DELETE', `/sessions/${sessionId}`)).status).toBe(404);
    expect((await owner.ask('DELETE', `/sessions/${sessionId}`)).status).toBe(200);
    expect((await other.get('/sessions')).status).toBe(401);
  });
});

describe('users', () => {
  test('an invitation is good once, and a newer one takes its place', async () => {
    const { link } = await invite('noa@carmel.example', 'viewer');
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitation#token=[\w-]{43}$/);
    const again = { token: tokenOf(link), name: 'Eve', password: PASSWORD };
    expect(await new Browser(api).post('/invitation', again)).toMatchObject({
      status: 401,
      body: { code: 'link-refused' },
    });
    expect(await owner.post('/users', { email: 'NOA@carmel.example', role: 'owner' })).toMatchObject({
      status: 409,
      body: { code: 'email-taken' },
    });
    const { body } = await owner.post('/users', { email: 'tal@carmel.example', role: 'viewer' });
    expect(body.user).toMatchObject({ isInvited: true, role: 'viewer' });
    const newer = (await owner.post(`/users/${body.user.userId}/reset`)).body.link;
    const chosen = { name: 'Tal', password: OTHER_PASSWORD };
    expect((await new Browser(api).post('/invitation', { ...chosen, token: tokenOf(body.link) })).status).toBe(401);
    expect((await new Browser(api).post('/invitation', { ...chosen, token: tokenOf(newer) })).status).toBe(200);
  });

  test('the last owner who can log in stays one, also when two try at once', async () => {
    const own = (await owner.get('/session')).body.account.userId;
    for (const change of [{ role: 'viewer' }, { isDisabled: true }]) {
      expect(await owner.ask('PATCH', `/users/${own}`, change)).toMatchObject({
        status: 409,
        body: { code: 'last-owner' },
      });
    }
    expect(await owner.post(`/users/${own}/reset`)).toMatchObject({ status: 409 });
    const { browser, userId } = await invite('noa@carmel.example', 'owner');
    const both = await Promise.all([
      owner.ask('PATCH', `/users/${userId}`, { role: 'viewer' }),
      browser.ask('PATCH', `/users/${own}`, { role: 'viewer' }),
    ]);
    expect(both.map(({ status }) => status).sort()).not.toEqual([200, 200]);
    const { rows } = await sql`select from users where tenant = ${api.tenant} and role = 'owner'`.execute(store.db);
    expect(rows.length).toBeGreaterThanOrEqual(1);
  });

  test('of another tenant are not there', async () => {
    await using other = await openTestApi({ store });
    const stranger = new Browser(other);
    const token = await offerSetup(store.db, other.tenant);
    await stranger.post('/setup', { token, email: EMAIL, name: 'Other', password: PASSWORD });
    const own = (await owner.get('/session')).body.account.userId;
    expect((await stranger.get('/users')).body.users).toHaveLength(1);
    expect((await stranger.ask('PATCH', `/users/${own}`, { name: 'Eve' })).status).toBe(404);
    expect((await stranger.post(`/users/${own}/reset`)).status).toBe(404);
    const { key } = (await owner.post('/keys', { name: 'crm', role: 'viewer' })).body;
    expect((await stranger.ask('DELETE', `/keys/${key.keyId}`)).status).toBe(404);
    expect((await stranger.get('/keys')).body.keys).toEqual([]);
    expect(JSON.stringify((await stranger.get('/audit')).body)).not.toContain('crm');
  });
});

describe('keys', () => {
  test('are shown once, kept as hashes, and good until they are removed', async () => {
    const { key, secret } = (await owner.post('/keys', { name: 'crm', role: 'owner' })).body;
    expect(secret).toMatch(/^kav_[\w-]{43}$/);
    const ask = () => fetch(`${api.url}/api/leads`, { headers: { Authorization: `Bearer ${secret}` } });
    expect((await ask()).status).toBe(422); // let through
    const [listed] = (await owner.get('/keys')).body.keys;
    expect(listed).toEqual({ ...key, usedAt: expect.any(String) });
    const { rows } = await sql<{ row: string }>`select to_jsonb(k)::text as row from api_keys k`.execute(store.db);
    expect(rows.map(({ row }) => row).join()).not.toContain(secret.slice(4));
    expect((await owner.ask('DELETE', `/keys/${key.keyId}`)).status).toBe(200);
    expect((await ask()).status).toBe(401);
    expect((await owner.ask('DELETE', `/keys/${key.keyId}`)).status).toBe(404);
  });
});

describe('the audit log', () => {
  test('has one line for each change, in pages, without a secret', async () => {
    const { userId } = await invite('noa@carmel.example', 'viewer');
    await owner.ask('PATCH', `/users/${userId}`, { role: 'operator' });
    const { key, secret } = (await owner.post('/keys', { name: 'crm', role: 'viewer' })).body;
    await owner.ask('DELETE', `/keys/${key.keyId}`);
    await owner.post(`/users/${userId}/reset`);
    await owner.post('/password', { current: PASSWORD, next: OTHER_PASSWORD });
    expect(await actions()).toEqual([
      'change-password',
      'reset-user',
      'remove-key',
      'add-key',
      'change-user',
      'accept-invitation',
      'invite-user',
      'setup',
    ]);
    const first = (await owner.get('/audit?limit=5')).body;
    const second = (await owner.get(`/audit?limit=5&before=${first.next}`)).body;
    expect([first.items.length, second.items.length, second.next]).toEqual([5, 3, null]);
    expect(first.items[0]).toMatchObject({ actor: EMAIL, action: 'change-password', subject: EMAIL });
    const text = JSON.stringify([first, second]);
    for (const hidden of [PASSWORD, OTHER_PASSWORD, secret]) expect(text).not.toContain(hidden);
    expect((await owner.get('/audit?before=x')).status).toBe(400);
  });
});

/** What the frame does for every route: shapes, sizes, headers, files, pages; and what it lets nobody do. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identity } from '../../src/api/accounts/identity.ts';
import { newSecret } from '../../src/api/accounts/secrets.ts';
import { API_ROUTES, type ApiRouteName } from '../../src/api/contract/contract.ts';
import type { ApiRoute } from '../../src/api/contract/route.ts';
import { createOpenApiHandler } from '../../src/api/frame/openapi.ts';
import { ApiRefusal } from '../../src/api/handler.ts';
import type { VisitHandlers } from '../../src/api/visit.ts';
import { parsePublicOrigin } from '../../src/twilio/public-origin.ts';
import { Browser, openTestApi, type TestApi } from './open-api.ts';

const HTML = { Accept: 'text/html,application/xhtml+xml' };
const WAV = Buffer.from(Array.from({ length: 1_000 }, (_, i) => i % 251));

let files: string;
let api: TestApi;
let owner: Browser;
/** What the handlers were given. */
const seen: { name: string; body: unknown; query: unknown; params: unknown }[] = [];

const handlers: Partial<VisitHandlers<ApiRouteName>> = {
  ...createOpenApiHandler('9.8.7'),
  'list-contacts': async ({ body, params, query }) => {
    seen.push({ name: 'list-contacts', body, query, params });
    return { items: [], next: null };
  },
  'read-contact': async ({ params }) => {
    seen.push({ name: 'read-contact', body: undefined, query: undefined, params });
    throw new ApiRefusal(404, 'not-found', 'There is no such contact.');
  },
  'change-contact': async ({ body, params, query }) => {
    seen.push({ name: 'change-contact', body, query, params });
    const at = '2026-11-27T10:00:00.000Z';
    const contact = { number: '+972541234567', name: 'Dana', heardName: null, note: null, calls: 1 };
    return { contact: { ...contact, firstSeenAt: at, lastSeenAt: at, ...{ secretOfOurs: 'hidden' } } };
  },
  'import-contacts': async ({ body }) => {
    seen.push({ name: 'import-contacts', body, query: undefined, params: undefined });
    return { added: 0, changed: 0, refused: [] };
  },
  'export-contacts': async () => ({ name: 'אנשי קשר.csv', body: 'number,name\r\n' }),
  'read-audio': async () => ({ name: 'CA1.wav', body: WAV, bytes: WAV.byteLength }),
  'read-home': async () => {
    throw new TypeError('the words of a caller');
  },
};

/** Every cookie is an owner's. */
const identity: Identity = {
  ofSession: async () => ({ tenant: 't', actor: 'dana', userId: 'u', role: 'owner', sessionHash: 's' }),
  ofKey: async () => undefined,
};

beforeAll(async () => {
  files = await mkdtemp(path.join(tmpdir(), 'kav-console-'));
  await mkdir(path.join(files, 'assets'));
  await writeFile(path.join(files, 'index.html'), '<!doctype html><title>Console</title>');
  await writeFile(path.join(files, 'favicon.svg'), '<svg/>');
  await writeFile(path.join(files, 'assets/index-abc123.js'), 'let long = 1;');
  await writeFile(path.join(files, 'assets/index-abc123.js.br'), brotliCompressSync('let long = 1;'));
  await writeFile(path.join(path.dirname(files), 'kav-outside.txt'), 'outside');
  api = await openTestApi({ identity, handlers, files });
  owner = new Browser(api, newSecret());
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await rm(files, { recursive: true });
  await rm(path.join(path.dirname(files), 'kav-outside.txt'));
});

const NUMBER = '/contacts/+972541234567';

describe('what comes in', () => {
  test('keys that nobody knows are refused, in bodies and in queries', async () => {
    const refused = await owner.ask('PATCH', NUMBER, { name: 'Dana', tenant: 'other', role: 'owner' });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'invalid', fields: { tenant: 'is not known here', role: 'is not known here' } },
    });
    expect((await owner.get('/contacts?txet=x')).status).toBe(400);
    expect((await owner.get('/contacts?text=a&text=b')).status).toBe(400);
    expect((await owner.get('/contacts?text[]=a')).status).toBe(400);
    expect((await owner.get('/contacts?limit=0')).body.fields).toHaveProperty('limit');
    expect((await owner.get('/contacts/0541234567')).body.fields).toHaveProperty('number');
    expect(seen).toEqual([]);
  });

  test('prototypes are nobody’s business', async () => {
    for (const body of ['{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"isAdmin":true}}}']) {
      expect((await owner.ask('PATCH', NUMBER, body)).status).toBe(400);
    }
    expect('isAdmin' in {}).toBe(false);
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['text/csv', 415],
    ['', 415],
    ['application/json; charset=utf-8', 200],
  ])('a body of the kind "%s" gets %i', async (type, status) => {
    expect((await owner.ask('PATCH', NUMBER, '{"name":"Dana"}', { 'Content-Type': type })).status).toBe(status);
  });

  test('broken and large bodies', async () => {
    expect((await owner.ask('PATCH', NUMBER, '{"name":')).body).toMatchObject({ code: 'invalid' });
    expect((await owner.ask('PATCH', NUMBER, '[]')).status).toBe(400);
    expect((await owner.ask('PATCH', NUMBER, `"${'['.repeat(60_000)}"`)).status).toBe(400);
    expect((await owner.ask('PATCH', NUMBER, JSON.stringify({ note: 'x'.repeat(70_000) }))).body).toMatchObject({
      code: 'too-large',
    });
    const csv = { 'Content-Type': 'text/csv' };
    expect((await owner.post('/contacts.csv', `number\n${'+97254,\n'.repeat(20_000)}`, csv)).status).toBe(200);
    expect((await owner.post('/contacts.csv', 'x'.repeat(2_200_000), csv)).status).toBe(413);
    expect((await owner.post('/contacts.csv', '{}')).status).toBe(415);
  });

  test('one address that asks without end waits', async () => {
    await using slow = await openTestApi({ identity, handlers, pace: { perSecond: 0.001, burst: 3 } });
    const browser = new Browser(slow);
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await browser.get('/contacts')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });
});

describe('what goes out', () => {
  test('holds nothing that the contract does not name', async () => {
    const { body } = await owner.ask('PATCH', NUMBER, { name: 'Dana' });
    expect(body.contact.name).toBe('Dana');
    expect(JSON.stringify(body)).not.toContain('hidden');
  });

  test('tells nothing of a fault of ours, which is logged', async () => {
    const { body, status } = await owner.get('/home');
    expect({ status, body }).toEqual({ status: 500, body: { code: 'fault', message: 'A fault of the server.' } });
    expect(api.lines).toContainEqual(expect.objectContaining({ event: 'SERVER_FAULT', route: '/api/home' }));
  });

  test('paths that are not there, and methods that are not', async () => {
    expect(await owner.get('/nothing', HTML)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await owner.get('/contacts/', HTML)).toMatchObject({ status: 400 });
    const put = await owner.ask('PUT', '/contacts', {});
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await owner.ask('OPTIONS', '/contacts')).status).toBe(405);
    expect((await owner.get('/agents')).body.code).toBe('not-built');
  });

  test('the same headers everywhere, whatever the route answers', async () => {
    const sets = await Promise.all(
      Object.values(API_ROUTES).map(async (route: ApiRoute) => {
        const { headers } = await owner.ask(route.method, route.path.replace(/\{\w+\}/g, 'x'), undefined);
        const names = [...headers.keys()].filter(
          (name) =>
            !/^(?:date|connection|keep-alive|content-(?:length|type|disposition)|upgrade|accept-ranges)$/.test(name),
        );
        return JSON.stringify(names.sort().map((name) => [name, headers.get(name)]));
      }),
    );
    expect(new Set(sets).size).toBe(1);
    expect(Object.fromEntries(JSON.parse(sets[0]!))).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('microphone=(self)'),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(JSON.parse(sets[0]!).flat()).not.toContain('access-control-allow-origin');
  });

  test('a browser is held to https where there is https', async () => {
    const parsed = parsePublicOrigin('https://voice.example.com');
    if (!parsed.ok) throw new Error(parsed.problem);
    await using secure = await openTestApi({
      identity,
      handlers,
      publicOrigin: parsed.origin,
      trustedProxies: ['loopback'],
    });
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${secure.url}/api/session`, { headers })).headers.get('strict-transport-security');
    const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'voice.example.com' };
    expect(await ask(forwarded)).toBe('max-age=31536000');
    expect(await ask({})).toBeNull(); // on the machine itself, by http
  });
});

describe('files', () => {
  test('are saved by their names, in any script', async () => {
    const { body, headers } = await owner.get('/contacts.csv');
    expect(body).toBe('number,name\r\n');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="________.csv"; filename*=UTF-8''${encodeURIComponent('אנשי קשר.csv')}`,
    );
  });

  test.each([
    ['bytes=0-99', 206, [0, 99]],
    ['bytes=900-', 206, [900, 999]],
    ['bytes=-100', 206, [900, 999]],
    ['bytes=990-5000', 206, [990, 999]],
    ['bytes=5-2', 200, [0, 999]],
    ['bytes=1000-', 200, [0, 999]],
    ['bytes=0-1,5-6', 200, [0, 999]],
    ['chunks=1-2', 200, [0, 999]],
  ])('%s of a recording', async (range, status, [from, to]) => {
    const response = await fetch(`${api.url}/api/calls/CA${'1'.repeat(32)}/audio`, {
      headers: { Cookie: owner.cookie!, Range: range },
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(response.headers.get('content-range')).toBe(status === 206 ? `bytes ${from}-${to}/1000` : null);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(WAV.subarray(from, to! + 1));
  });
});

describe('pages', () => {
  const page = async (asked: string, headers: Record<string, string> = HTML, method = 'GET') => {
    const response = await fetch(api.url + asked, { method, headers, redirect: 'manual' });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test('the console answers every path that is no machine’s', async () => {
    for (const asked of ['/', '/calls', '/calls/CA1?tab=audio', '/people/+972']) {
      const { headers, status, text } = await page(asked);
      expect([asked, status, text]).toEqual([asked, 200, '<!doctype html><title>Console</title>']);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
          "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; " +
          "form-action 'self'; frame-ancestors 'none'",
      );
    }
    expect(await page('/calls', HTML, 'HEAD')).toMatchObject({ status: 200, text: '' });
    for (const asked of ['/ws/x', '/webhook/x', '/metrics/x', '/WS/x', '//api/x', '/%61pi/x']) {
      expect((await page(asked)).text, asked).not.toContain('Console');
    }
    expect((await page('/calls', { Accept: '*/*' })).status).toBe(404);
    expect((await page('/calls', HTML, 'POST')).status).toBe(404);
    expect((await page('/healthz')).text).toBe('ok');
  });

  test('files with a hash in their names are kept for ever, small where the browser can', async () => {
    const plain = await page('/assets/index-abc123.js', { 'Accept-Encoding': 'identity' });
    expect(plain).toMatchObject({ status: 200, text: 'let long = 1;' });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const small = await page('/assets/index-abc123.js', { 'Accept-Encoding': 'gzip, br' });
    expect(small.headers.get('content-encoding')).toBe('br');
    expect(small.text).toBe('let long = 1;');
    expect((await page('/favicon.svg', {})).headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  });

  test.each([
    '/assets/gone-123.js',
    '/assets/../../kav-outside.txt',
    '/..%2fkav-outside.txt',
    '/%2e%2e/kav-outside.txt',
    '/assets/index-abc123.js/..%5c..%5ckav-outside.txt',
  ])('%s is not there', async (asked) => {
    expect((await page(asked, {})).status).toBe(404);
  });

  test('until the console is built, the plain page answers', async () => {
    await using bare = await openTestApi({ identity, handlers });
    const response = await fetch(bare.url, { headers: HTML });
    expect(await response.text()).toContain('Kav is running');
  });
});

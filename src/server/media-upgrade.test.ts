import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import {
  AUTH_TOKEN,
  openMedia,
  openTestServer,
  PUBLIC_URL,
  rawExchange,
  STREAM_URL,
  signedUpgradeHeaders,
  type TestServer,
  upgradeRequest,
} from './server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(async () => {
  await vi.waitFor(() => expect(server.openSockets + server.pendingSockets).toBe(0), { interval: 2 });
  server.lines.length = 0;
});

const PATH = '/ws/twilio-media';
const SIGNED = signedUpgradeHeaders();

/** The head of the answer to an upgrade, as it is on the wire; the connection is dropped then. */
async function upgrade(path: string, headers: Record<string, string>, target: TestServer = server): Promise<string> {
  const socket = connect(target.port, '127.0.0.1').setEncoding('latin1');
  socket.write(upgradeRequest(path, headers));
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer;
}

async function chosen(offered: string | undefined): Promise<string | undefined> {
  const answer = await upgrade(PATH, {
    ...SIGNED,
    ...(offered !== undefined && { 'Sec-WebSocket-Protocol': offered }),
  });
  expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  return /^sec-websocket-protocol: (.*)\r$/im.exec(answer)?.[1];
}

describe('the handshake', () => {
  test('is 101 with the accept key of RFC 6455 and no extension, on both spellings of the path', async () => {
    for (const path of [PATH, `${PATH}/`, `${PATH}?x=1`]) {
      const answer = await upgrade(path, { ...SIGNED, 'Sec-WebSocket-Extensions': 'permessage-deflate' });
      expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
      expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      expect(answer).not.toMatch(/extensions|protocol:/i);
    }
  });

  test('either spelling may have been signed', async () => {
    expect(await upgrade(PATH, signedUpgradeHeaders(`${STREAM_URL}/`))).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgrade(`${PATH}/`, SIGNED)).toMatch(/^HTTP\/1\.1 101 /);
  });

  test.each([
    [undefined, undefined],
    ['audio.twilio.com', 'audio.twilio.com'],
    ['chat, audio.twilio.com', 'audio.twilio.com'],
    ['audio.twilio.com,chat', 'audio.twilio.com'],
    ['chat', undefined],
    ['AUDIO.TWILIO.COM', undefined],
  ])('with the subprotocol %s offered, %s is chosen', async (offered, answer) => {
    expect(await chosen(offered)).toBe(answer);
    expect(server.lines.find((line) => line.event === 'WS_HANDSHAKE')).toMatchObject({
      proto_req: offered ?? '',
      chosen: answer ?? '',
    });
  });

  test('a client that insists on its offer is content', async () => {
    const socket = await openMedia(server, {}, ['audio.twilio.com']);
    expect(socket.protocol).toBe('audio.twilio.com');
    socket.terminate();
  });

  test('no Origin, cookie or page is asked about', async () => {
    const headers = { ...SIGNED, Origin: 'https://evil.example.com', Cookie: 'a=b', 'Sec-Fetch-Site': 'cross-site' };
    expect(await upgrade(PATH, headers)).toMatch(/^HTTP\/1\.1 101 /);
  });
});

describe('what is refused before the upgrade', () => {
  async function expectRefused(request: string, status: number, target: TestServer = server): Promise<string> {
    const answer = await rawExchange(target, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('\r\nContent-Type: text/plain; charset=utf-8\r\n');
    expect(answer).toContain('\r\nConnection: close\r\n');
    expect(answer).not.toContain('<');
    expect(target.openSockets).toBe(0);
    return answer;
  }

  test.each([
    ['no signature', {}],
    ['an empty signature', { 'X-Twilio-Signature': '' }],
    ['a signature over https', signedUpgradeHeaders(`${PUBLIC_URL}${PATH}`)],
    ['a signature over another path', signedUpgradeHeaders('wss://kav.example.com/ws')],
    ['a signature over another host', signedUpgradeHeaders(`wss://evil.example.com${PATH}`)],
    ['a signature over the local address', signedUpgradeHeaders(`wss://127.0.0.1${PATH}`)],
    ['two signatures', { 'X-Twilio-Signature': `${SIGNED['X-Twilio-Signature']}, ${SIGNED['X-Twilio-Signature']}` }],
  ])('%s is 403', async (_name, headers) => {
    await expectRefused(upgradeRequest(PATH, headers as Record<string, string>), 403);
  });

  test('a refusal is logged and counted with its reason', async () => {
    await using own = await openTestServer();
    await expectRefused(upgradeRequest(PATH, {}), 403, own);
    expect(own.lines.find((line) => line.event === 'WS_REFUSED')).toMatchObject({ reason: 'signature', status: 403 });
    expect(await own.scrape()).toContain('kav_sockets_refused_total{reason="signature"} 1');
  });

  test('forged forwarded headers change nothing', async () => {
    const forged = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example.com', Host: 'evil.example.com' };
    const headers = { ...signedUpgradeHeaders(`wss://evil.example.com${PATH}`), ...forged };
    await expectRefused(upgradeRequest(PATH, headers), 403);
    await using open = await openTestServer({ publicOrigin: undefined });
    const { Host: _own, ...forwarded } = forged;
    await expectRefused(upgradeRequest(PATH, { ...headers, ...forwarded, Host: 'kav.example.com' }), 403, open);
  });

  test('without a token of ours nobody is let in', async () => {
    await using locked = await openTestServer({ authTokens: () => [''] });
    await expectRefused(upgradeRequest(PATH, SIGNED), 403, locked);
  });

  test('a rotated token is read anew', async () => {
    let tokens = ['old'];
    await using rotating = await openTestServer({ authTokens: () => tokens });
    await expectRefused(upgradeRequest(PATH, SIGNED), 403, rotating);
    tokens = ['old', AUTH_TOKEN];
    expect(await upgrade(PATH, SIGNED, rotating)).toMatch(/^HTTP\/1\.1 101 /);
  });

  test.each([
    '/',
    '/ws',
    '/ws/',
    '/ws/twilio-media/x',
    '/ws//twilio-media',
    '/WS/twilio-media',
    '/webhook/incoming_call',
    '/api',
  ])('an upgrade of %s is 404', async (path) => {
    await expectRefused(upgradeRequest(path, SIGNED), 404);
  });

  test.each([
    ['no key', { 'Sec-WebSocket-Key': '' }, 400],
    ['a short key', { 'Sec-WebSocket-Key': 'abc=' }, 400],
    ['version 7', { 'Sec-WebSocket-Version': '7' }, 426],
    ['a malformed subprotocol', { 'Sec-WebSocket-Protocol': 'a b' }, 400],
    ['a subprotocol offered twice', { 'Sec-WebSocket-Protocol': 'a, a' }, 400],
  ])('%s is refused', async (_name, headers, status) => {
    const answer = await expectRefused(
      upgradeRequest(PATH, { ...SIGNED, ...headers } as Record<string, string>),
      status,
    );
    if (status === 426) expect(answer).toContain('Sec-WebSocket-Version: 13');
  });

  test('another method is 405', async () => {
    await expectRefused(upgradeRequest(PATH, SIGNED).replace('GET', 'PUT'), 405);
  });
});

describe('the caps', () => {
  const FEW = { pendingSockets: 32, pendingSocketsPerAddress: 8 };

  async function openMany(target: TestServer, count: number, headers: Record<string, string> = {}) {
    const results = await Promise.allSettled(
      Array.from({ length: count }, () => openMedia(target, { headers: { ...SIGNED, ...headers } })),
    );
    const sockets: WebSocket[] = [];
    const refusals: string[] = [];
    for (const result of results) {
      if (result.status === 'fulfilled') sockets.push(result.value);
      else refusals.push(String(result.reason));
    }
    return { sockets, refusals };
  }

  test('one address holds 8 sockets that have not started, and may come again when they are gone', async () => {
    await using own = await openTestServer({ limits: FEW });
    const { sockets, refusals } = await openMany(own, 40);
    expect(sockets).toHaveLength(8);
    expect(new Set(refusals)).toEqual(new Set(['Error: Unexpected server response: 503']));
    expect(own).toMatchObject({ openSockets: 8, pendingSockets: 8 });
    expect(await own.scrape()).toContain('kav_sockets_refused_total{reason="address-full"} 32');
    for (const socket of sockets) socket.terminate();
    await vi.waitFor(() => expect(own.pendingSockets).toBe(0), { interval: 2 });
    (await openMedia(own)).terminate();
  });

  test('addresses behind a trusted proxy are told apart, and 32 in all may wait', async () => {
    await using own = await openTestServer({ trustedProxies: ['loopback'], limits: FEW });
    const rounds = [];
    for (let client = 1; client <= 6; client++) {
      rounds.push(await openMany(own, 8, { 'X-Forwarded-For': `203.0.113.${client}` }));
    }
    expect(rounds.map((round) => round.sockets.length)).toEqual([8, 8, 8, 8, 0, 0]);
    expect(await own.scrape()).toContain('kav_sockets_refused_total{reason="pending-full"} 16');
  });

  test('a client cannot choose its address', async () => {
    await using own = await openTestServer({ limits: FEW });
    let held = 0;
    for (let client = 1; client <= 10; client++) {
      held += (await openMany(own, 1, { 'X-Forwarded-For': `203.0.113.${client}` })).sockets.length;
    }
    expect(held).toBe(8);
  });

  test('the total is bounded too', async () => {
    await using own = await openTestServer({ limits: { sockets: 3 } });
    expect((await openMany(own, 6)).sockets).toHaveLength(3);
  });

  test('a flood of refused upgrades leaves no socket and a short log', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => rawExchange(server, upgradeRequest(PATH, {}))));
    expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 403 '))).toEqual([]);
    expect(server.lines.filter((line) => line.event === 'WS_REFUSED').length).toBeLessThanOrEqual(5);
    await vi.waitFor(async () => expect((await fetch(`${server.url}/healthz`)).status).toBe(200));
  });
});

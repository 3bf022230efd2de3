import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from './routes.ts';
import { MemoryDesk, openStream, openTestServer, rawExchange, type TestServer } from './server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const PLAIN = 'text/plain; charset=utf-8';
const HTML = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(server.url + path, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text(), response };
}

describe('probes', () => {
  test('/healthz is 200 ok in text', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, type: PLAIN, body: 'ok' });
  });

  test('/version tells the deployment and the package version', async () => {
    const { status, type, body } = await get('/version');
    expect({ status, type }).toEqual({ status: 200, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(body)).toEqual({ deployId: 'deploy-7', version: '9.8.7' });
  });

  test('/metrics speaks Prometheus', async () => {
    const { status, type, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toMatch(/^kav_calls_active 0$/m);
  });

  test('/readyz is 503 with the reason while starting, when the desk says so, and while draining', async () => {
    const desk = Promise.withResolvers<MemoryDesk>();
    await using own = await openTestServer({ desk: desk.promise });
    const ready = async () => {
      const response = await fetch(`${own.url}/readyz`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await ready()).toBe('503 starting');
    expect((await fetch(`${own.url}/healthz`)).status).toBe(200);
    const arrived = new MemoryDesk();
    desk.resolve(arrived);
    expect(await ready()).toBe('200 ready');
    arrived.notReady = 'the recogniser is missing';
    expect(await ready()).toBe('503 the recogniser is missing');
    arrived.notReady = undefined;
    void own.startDrain();
    expect(await ready()).toBe('503 draining');
    expect((await fetch(`${own.url}/healthz`)).status).toBe(200);
  });

  test('HEAD is answered like GET, without a body', async () => {
    for (const path of ['/healthz', '/readyz', '/version', '/metrics', '/', '/webhook/incoming_call_preview']) {
      const head = await get(path, { method: 'HEAD' });
      expect(head).toMatchObject({ status: 200, body: '' });
      expect(head.type).toBe((await get(path)).type);
    }
  });
});

describe('the page', () => {
  test('says at / that Kav runs, its version, and where the number must point', async () => {
    const { status, type, body, response } = await get('/');
    expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    expect(body).toContain('Kav is running');
    expect(body).toContain('9.8.7');
    expect(body).toContain('https://kav.example.com/webhook/incoming_call');
    expect(body).not.toContain('<script');
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; .*frame-ancestors 'none'$/,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('answers any other GET of a browser, and nothing else', async () => {
    expect((await get('/calls/42?tab=audio', { headers: HTML })).type).toBe('text/html; charset=utf-8');
    for (const accept of ['*/*', 'application/json', 'image/png', 'text/html;q=0, text/plain', '']) {
      expect(await get('/calls/42', { headers: { Accept: accept } })).toMatchObject({
        status: 404,
        type: PLAIN,
        body: 'Not Found',
      });
    }
    expect(await get('/calls/42', { method: 'POST', headers: HTML })).toMatchObject({ status: 404, type: PLAIN });
  });

  test.each([
    '/ws',
    '/ws/',
    '/ws/other',
    '/webhook',
    '/webhook/other',
    '/webhook/incoming_call/',
    '/metrics/x',
    '/WS/x',
  ])('never answers %s, even to a browser', async (path) => {
    expect(await get(path, { headers: HTML })).toMatchObject({ status: 404, type: PLAIN, body: 'Not Found' });
  });

  test.each(['/api', '/api/', '/api/calls?x=1'])('never answers %s: that is JSON', async (path) => {
    const { status, type, body } = await get(path, { headers: HTML });
    expect({ status, type }).toEqual({ status: 404, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(body)).toEqual({ error: 'Not Found' });
  });

  test.each(['//webhook/x', '/%77ebhook/x', '/%2fapi', '//api//x', '/\\ws/x'])(
    'is not reached by spelling a path as %s',
    async (path) => {
      const answer = await rawExchange(
        server,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).not.toContain('<html');
    },
  );

  test('shows no markup from a Host header', async () => {
    await using open = await openTestServer({ publicOrigin: undefined });
    const answer = await rawExchange(open, 'GET / HTTP/1.1\r\nHost: "><b>x\r\nConnection: close\r\n\r\n');
    expect(answer).toContain('200 OK');
    expect(answer).not.toContain('<b>');
  });
});

describe('the route table', () => {
  test.each(ROUTES)('$path answers any method but its own with 405 in text', async ({ path, method }) => {
    const wrong = method === 'GET' ? 'POST' : 'GET';
    const { status, type, response } = await get(path, { method: wrong, headers: HTML });
    expect({ status, type }).toEqual({ status: 405, type: PLAIN });
    expect(response.headers.get('allow')).toBe(method === 'GET' ? 'GET, HEAD' : 'POST');
  });

  test.each(ROUTES)('$path keeps its access rule for a stranger', async ({ path, method, access }) => {
    const body = method === 'POST' ? new URLSearchParams({ CallSid: 'CA1' }) : null;
    const { status } = await get(path, { method, body });
    expect(status).toBe({ open: 200, signed: 403, 'signed-effects': 204, 'signed-upgrade': 426 }[access]);
  });

  test.each(['/ws/twilio-media', '/ws/twilio-media/', '/ws/twilio-media?x=1'])(
    'a plain GET of %s is 426 in text',
    async (path) => {
      const { status, type, body, response } = await get(path, { headers: HTML });
      expect({ status, type, body }).toEqual({ status: 426, type: PLAIN, body: 'Upgrade Required' });
      expect(response.headers.get('upgrade')).toBe('websocket');
    },
  );
});

describe('hostile HTTP', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400],
    ['a header of 100 kB', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['a bad escape', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ])('%s is a short line of text', async (_name, request, status) => {
    const answer = await rawExchange(server, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/content-type: text\/plain/i);
    expect(answer).not.toMatch(/html|\{|at .*\.ts/);
  });

  test('an offer of HTTP/2 is an ordinary request', async () => {
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    const socket = connect(server.port, '127.0.0.1').setEncoding('latin1');
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n${offer}\r\n`);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ok$/);
  });

  test('headers and bodies that trickle are cut off, and others are served meanwhile', async () => {
    await using hurried = await openTestServer({ limits: { headersTimeoutMs: 150, requestTimeoutMs: 150 } });
    const trickle = [
      'GET /healthz HTTP/1.1\r\nHost: x\r\nA:',
      'POST /webhook/stream_status HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nx',
    ];
    const slow = trickle.flatMap((request) => Array.from({ length: 20 }, () => rawExchange(hurried, request)));
    expect((await fetch(`${hurried.url}/healthz`)).status).toBe(200);
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a bug in a route shows no detail', async () => {
    const metrics = {
      ...(await import('../observe/metrics.ts')).createMetrics(),
      page: () => Promise.reject(new Error('secret')),
    };
    await using broken = await openTestServer({ metrics });
    const response = await fetch(`${broken.url}/metrics`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('Internal Server Error');
    expect(broken.lines.find((line) => line.event === 'SERVER_FAULT')).toMatchObject({ route: '/metrics' });
    metrics.close();
  });
});

describe('the end', () => {
  test('close ends media sockets with 1001, cuts idle connections and frees the port', async () => {
    const closing = await openTestServer();
    const socket = await openStream(closing);
    const idle = connect(closing.port, '127.0.0.1');
    await once(idle, 'connect');
    const closed = once(socket, 'close');
    const cut = once(idle, 'close');
    await Promise.all([closing.close(), closing.close()]);
    expect((await closed)[0]).toBe(1001);
    await cut;
    expect(closing.openSockets).toBe(0);
    await using again = await openTestServer({ port: closing.port });
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
    await closing[Symbol.asyncDispose]();
  });

  test('a port that is taken rejects', async () => {
    await expect(openTestServer({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('one connection serves many requests', async () => {
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 3; round++) {
      const outgoing = httpRequest(`${server.url}/healthz`, { agent }).end();
      const [response] = await once(outgoing, 'response');
      response.resume();
      await once(response, 'end');
      expect(outgoing.reusedSocket).toBe(round > 0);
    }
    agent.destroy();
  });
});

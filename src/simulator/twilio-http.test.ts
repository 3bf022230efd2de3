import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSignedForm } from '../twilio/signature.ts';
import { createServerAddress } from './carrier/server-address.ts';
import { TwilioHttp } from './twilio-http.ts';
import { VirtualClock } from './virtual-clock.ts';

const TOKEN = 'secret';
const requests: { readonly request: IncomingMessage; readonly body: string }[] = [];
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let origin: string;
let http: TwilioHttp;
let clock: VirtualClock;

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += String(piece);
  });
  request.on('end', () => {
    requests.push({ request, body });
    respond(request, response);
  });
});

beforeEach(async () => {
  requests.length = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clock = new VirtualClock();
  http = new TwilioHttp({ clock, authToken: TOKEN, address: createServerAddress(origin) });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (path: string, method = 'POST') =>
  http.send({ method, url: `${origin}${path}`, fields: { CallSid: 'CA1', From: '+1 555' } });

test('a form is signed over exactly what is sent, with Twilio’s headers', async () => {
  respond = (_, response) => response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
  const outcome = await send('/hook?a=b%20c');
  expect(outcome).toMatchObject({ ok: true, answer: { status: 200, contentType: 'text/xml' } });
  const { request, body } = requests[0]!;
  expect(request.headers).toMatchObject({
    'user-agent': 'TwilioProxy/1.1',
    accept: '*/*',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  });
  expect(request.headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
  const signature = String(request.headers['x-twilio-signature']);
  const params = Object.fromEntries(new URLSearchParams(body));
  expect(isSignedForm({ authTokens: [TOKEN], signature, url: `${origin}/hook?a=b%20c`, params })).toBe(true);
  expect(clock.alarms).toBe(0);
});

test('a GET has its fields in the signed URL', async () => {
  respond = (_, response) => response.writeHead(204).end();
  expect(await send('/hook', 'GET')).toMatchObject({ ok: true, answer: { status: 204 } });
  const { request } = requests[0]!;
  expect(request.url).toBe('/hook?CallSid=CA1&From=%2B1+555');
  const signature = String(request.headers['x-twilio-signature']);
  expect(isSignedForm({ authTokens: [TOKEN], signature, url: `${origin}${request.url}`, params: {} })).toBe(true);
});

test('redirects are followed, ten at most', async () => {
  respond = (request, response) => {
    if (request.url === '/end') response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
    else
      response
        .writeHead(request.url === '/keep' ? 307 : 302, { location: request.url === '/loop' ? '/loop' : '/end' })
        .end();
  };
  expect(await send('/keep')).toMatchObject({ ok: true, answer: { url: `${origin}/end` } });
  expect(requests.map(({ request }) => request.method)).toEqual(['POST', 'POST']);
  expect(await send('/once')).toMatchObject({ ok: true });
  expect(requests.at(-1)?.request.method).toBe('GET');
  requests.length = 0;
  expect(await send('/loop')).toMatchObject({ ok: false, problem: { code: 11215 } });
  expect(requests).toHaveLength(11);
});

test('a lost connection is tried once more, with the same token', async () => {
  let attempts = 0;
  respond = (request, response) => {
    if (++attempts === 1) request.socket.destroy();
    else response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
  };
  expect(await send('/hook')).toMatchObject({ ok: true });
  const tokens = requests.map(({ request }) => request.headers['i-twilio-idempotency-token']);
  expect(tokens).toHaveLength(2);
  expect(tokens[0]).toBe(tokens[1]);
});

test('15 s without an answer are 11205, and so is nobody there', async () => {
  const arrived = Promise.withResolvers<void>();
  respond = () => arrived.resolve();
  const outcome = send('/slow');
  await arrived.promise;
  await clock.advance(15_000);
  expect(await outcome).toMatchObject({ ok: false, problem: { code: 11205, message: /15 s/ } });
  expect(await http.send({ method: 'POST', url: 'http://127.0.0.1:1/', fields: {} })).toMatchObject({
    problem: { code: 11205 },
  });
});

test('what has no host, or is no web address, is told apart', async () => {
  const to = (url: string) => http.send({ method: 'POST', url, fields: {} });
  expect(await to('https://no-such-host.invalid/')).toMatchObject({ problem: { code: 11210 } });
  expect(await to('ftp://example.com/')).toMatchObject({ problem: { code: 11200 } });
  expect(await to(origin.replace('http', 'https').replace('127.0.0.1', 'localhost'))).toMatchObject({ ok: false });
});

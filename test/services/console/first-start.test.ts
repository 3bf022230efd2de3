/** The first start of a server as somebody sees it who has just cloned it, and the day an owner is locked out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inviteOwner } from '../../../src/cli/invite-owner.ts';
import { Browser } from '../../api/open-api.ts';
import { Served } from '../nodes/served.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kav-first-'));
const servers: Served[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

function start(): Served {
  const server = new Served([], { KAV_DATA_DIR: folder, LOG_LEVEL: 'warn' });
  servers.push(server);
  return server;
}

const LINK = /Set up the console \(once, within 24 hours\): (http:\/\/127\.0\.0\.1:\d+)\/setup#token=([\w-]{43})/;

async function end(server: Served): Promise<void> {
  server.process.kill('SIGTERM');
  expect(await server.exited).toBe(0);
}

test('the terminal shows a link, which makes an owner; a locked-out one comes back by the machine', async () => {
  const first = start();
  await first.answers();
  await first.until((said) => LINK.test(said));
  const [, origin, token] = LINK.exec(first.said)!;
  expect(origin).toBe(first.url);
  const browser = new Browser(first);
  const email = 'dana@carmel.example';
  const set = await browser.post('/setup', { token, email, name: 'Dana', password: 'correct horse battery' });
  expect(set.body.account).toMatchObject({ email, role: 'owner' });
  expect((await browser.get('/users')).body.users).toHaveLength(1);
  expect((await browser.get('/openapi.json')).body.openapi).toBe('3.1.0');

  const lines: string[] = [];
  await inviteOwner(email, { KAV_DATA_DIR: folder, PORT: '8080' }, (line) => lines.push(line));
  const [, secret] = /http:\/\/localhost:8080\/invitation#token=([\w-]{43})$/.exec(lines[0]!)!;
  const chosen = { token: secret, name: 'Dana', password: 'another good phrase' };
  expect((await new Browser(first).post('/invitation', chosen)).status).toBe(200);
  expect((await browser.get('/users')).status).toBe(401);
  expect((await new Browser(first).post('/invitation', chosen)).status).toBe(401);
  const login = { email, password: 'another good phrase' };
  expect((await new Browser(first).post('/login', login)).status).toBe(200);
  await end(first);

  const second = start();
  await second.answers();
  // The store is there once a login works: by then a link would have been shown.
  for (let answer = { status: 503 }; answer.status === 503; ) answer = await new Browser(second).post('/login', login);
  await end(second);
  expect(second.said).not.toContain('Set up the console');
}, 180_000);

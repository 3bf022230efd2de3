/** The name, the probes and the clock of a server. */
import { afterAll, describe, expect, test } from 'vitest';
import { isLocalHost, isPrivateAddress } from '../../src/doctor/checks/dns.ts';
import type { Deployment } from '../../src/doctor/probe/deployment.ts';
import { createLoopClock, examine, troublesOf } from './examine.ts';
import { openSample, type Route } from './sample-server.ts';

const clock = createLoopClock();
afterAll(() => clock[Symbol.dispose]());

const DEPLOYMENT: Deployment = {
  secrets: [],
  variables: { PUBLIC_HOST: 'voice.example.com' },
  problems: [],
  dataDir: '.',
  deployId: 'build-7',
  hasPublicOrigin: true,
  openProviders: () => Promise.reject(new Error('there are none')),
  twilio: undefined,
};

const version =
  (deployId: string, cache = 'no-store'): Route =>
  () => ({
    type: 'application/json',
    headers: { 'cache-control': cache },
    body: JSON.stringify({ version: '1.0.0', deployId }),
  });

async function reachTroubles(routes: Readonly<Record<string, Route>>, deployment?: Deployment): Promise<string[]> {
  await using sample = await openSample({ routes });
  const report = await examine({ clock, url: sample.url, ...(deployment ? { deployment } : {}) });
  return troublesOf(report).filter((line) => line.startsWith('health'));
}

describe.concurrent('the probes', () => {
  test('are right', async () => {
    const routes = { '/healthz': () => ({ type: 'text/plain', body: 'ok' }), '/version': version('build-7') };
    expect(await reachTroubles(routes, DEPLOYMENT)).toEqual([]);
  });

  test('are not there, which is nobody’s fault', async () => {
    expect(await reachTroubles({})).toEqual([]);
  });

  test('say that it is not well', async () => {
    expect(await reachTroubles({ '/healthz': () => ({ status: 503 }) })).toEqual([
      'health warn - /healthz answers 503',
    ]);
  });

  test('are those of an old deployment, or of a cache', async () => {
    expect(await reachTroubles({ '/version': version('build-6') }, DEPLOYMENT)).toEqual([
      'health fail - Another deployment answers',
    ]);
    expect(await reachTroubles({ '/version': version('build-7', 'max-age=60') }, DEPLOYMENT)).toEqual([
      'health warn - /version may come from a cache',
    ]);
  });

  test('have another time', async () => {
    const late: Route = () => ({ headers: { date: new Date(Date.now() - 300_000).toUTCString() }, body: 'ok' });
    expect(await reachTroubles({ '/healthz': late })).toEqual(['health warn - The clocks do not agree']);
  });
});

test('a server that is not there is told of once, and nothing else is tried', async () => {
  const sample = await openSample();
  await sample[Symbol.asyncDispose]();
  const report = await examine({ clock, url: sample.url });
  expect(troublesOf(report)).toEqual([
    'health fail 11205 The server does not answer',
    'webhook fail 11205 The webhook cannot be reached',
  ]);
});

test('a name that leads nowhere stops everything', async () => {
  const report = await examine({ clock, url: 'https://kav-doctor.invalid' });
  expect(report.go).toBe(false);
  expect(report.checks.find(({ name }) => name === 'dns')?.findings).toMatchObject([{ verdict: 'fail' }]);
  expect(report.checks.find(({ name }) => name === 'callbacks')?.blockedBy).toBe('dns');
});

test.each([
  ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '169.254.1.1', '100.64.0.1'],
  ...['::1', 'fe80::1', 'fd00::1'],
])('%s is private', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
  expect(isLocalHost(address)).toBe(true);
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a00:1450::1'])('%s is public', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

test.each([
  ['localhost', true],
  ['[::1]', true],
  ['voice.internal', true],
  ['voice.example.com', false],
  ['10.example.com', false],
])('%s is local: %s', (host, expected) => {
  expect(isLocalHost(host)).toBe(expected);
});

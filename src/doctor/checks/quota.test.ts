/** Vendors that tell what is left, on this machine, with answers of the documented shapes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { bareDeployment, probeOfDeployment } from '../probe/probe.fixture.ts';
import { askVendors, quota } from './quota.ts';

type Answers = Readonly<Record<string, unknown>>;

async function openVendor(answers: Answers) {
  const server = createServer((request, response) => {
    const isKnown = request.headers['xi-api-key'] === 'right' || request.headers.authorization === 'Token right';
    const answer = answers[request.url ?? ''];
    response.writeHead(!isKnown ? 401 : answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const subscription = (used: number) => ({
  tier: 'creator',
  status: 'active',
  character_count: used,
  character_limit: 100_000,
});
const balances = (amount: number) => ({
  balances: [{ balance_id: 'b', amount, units: 'usd', purchase_order_id: 'p' }],
});
const PROJECTS = { projects: [{ project_id: 'p1', name: 'mine' }] };

async function ask(spec: string, answers: Answers, key = 'right') {
  await using vendor = await openVendor(answers);
  const env = {
    ...{ ELEVENLABS_API_KEY: key, ELEVENLABS_BASE_URL: vendor.url },
    ...{ DEEPGRAM_API_KEY: key, DEEPGRAM_BASE_URL: vendor.url },
  };
  const [found] = await askVendors([spec], { clock: new VirtualClock(), env, warn: () => {} });
  return found;
}

test.each([
  ['elevenlabs', { '/v1/user/subscription': subscription(1_000) }, 'ok', 'elevenlabs has quota left'],
  ['elevenlabs:eleven_v3', { '/v1/user/subscription': subscription(95_000) }, 'warn', 'elevenlabs has little left'],
  ['elevenlabs', { '/v1/user/subscription': subscription(100_000) }, 'fail', 'elevenlabs has nothing left'],
  ['elevenlabs', { '/v1/user/subscription': { tier: 'free' } }, 'skipped', 'elevenlabs does not tell its quota'],
  [
    'deepgram',
    { '/v1/projects': PROJECTS, '/v1/projects/p1/balances': balances(120) },
    'ok',
    'deepgram has quota left',
  ],
  [
    'deepgram',
    { '/v1/projects': PROJECTS, '/v1/projects/p1/balances': balances(1) },
    'warn',
    'deepgram has little left',
  ],
  [
    'deepgram',
    { '/v1/projects': PROJECTS, '/v1/projects/p1/balances': balances(0) },
    'fail',
    'deepgram has nothing left',
  ],
  [
    'deepgram',
    { '/v1/projects': PROJECTS, '/v1/projects/p1/balances': { balances: [] } },
    'ok',
    'deepgram has quota left',
  ],
])('%s with %j: %s', async (spec, answers, verdict, title) => {
  expect(await ask(spec, answers)).toMatchObject({ verdict, title });
});

test('a key without the right to the books is no fault of the calls', async () => {
  expect(await ask('deepgram', { '/v1/projects': PROJECTS }, 'wrong')).toMatchObject({ verdict: 'skipped' });
});

test('nothing is asked of vendors that tell nothing, and none twice', async () => {
  const context = { clock: new VirtualClock(), env: {}, warn: () => {} };
  expect(await askVendors(['google', 'openai:gpt-5', 'fake'], context)).toEqual([]);
  expect(await quota.run(probeOfDeployment(bareDeployment))).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploymentOf } from '../../cli/deployment.ts';
import { type LoopbackVendors, openLoopbackVendors } from '../../cli/loopback-vendors.ts';
import { ProviderError } from '../../core/errors.ts';
import type { BrainSession } from '../../providers/contracts.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import type { Finding } from '../finding.ts';
import type { ProvidersUnderTest } from '../probe/deployment.ts';
import { bareDeployment, probeOfDeployment } from '../probe/probe.fixture.ts';
import { providers } from './providers.ts';

function ask(env: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const { deployment } = deploymentOf(env, { number: undefined });
  return providers.run(probeOfDeployment(deployment));
}

describe('with vendors that answer', () => {
  let vendors: LoopbackVendors;
  beforeAll(async () => {
    vendors = await openLoopbackVendors(['שלום']);
  });
  afterAll(() => vendors.close());

  test('each is asked once, and its time is told', async () => {
    const found = await ask({ ...vendors.env, KAV_AGENT: 'agents/leah.ts' });
    expect(found.map(({ title, verdict }) => `${verdict} ${title.replace(/\d+ ms/, 'N ms')}`)).toEqual([
      'ok google speaks he-IL within N ms',
      expect.stringMatching(/^ok google hears he-IL within N ms$/),
      'ok openai answers within N ms',
    ]);
  });
});

test('vendors that are away are named, each for its part', async () => {
  const vendors = await openLoopbackVendors([]);
  await vendors.close();
  const found = await ask({ ...vendors.env, KAV_AGENT: 'agents/leah.ts' });
  const troubles = found.filter(({ verdict }) => verdict !== 'ok').map(({ title }) => title);
  expect(troubles).toContain('google does not speak');
  for (const { remedy } of found.filter(({ verdict }) => verdict === 'fail')) expect(remedy).toBeTruthy();
});

test('a chain that names nothing is one failure with the way out', async () => {
  const [found] = await ask({ KAV_TTS: 'elevenlabs', KAV_STT: 'fake' });
  expect(found).toMatchObject({ verdict: 'fail', title: 'The agent has no vendor for one of its parts' });
  expect(found?.seen).toContain('KAV_TTS');
});

test.each([
  ['sherpa', 'This machine is slow for it'],
  ['openai', 'Choose a region near this server'],
])('%s is slow, and the remedy lies where it runs', async (name, remedy) => {
  const clock = new VirtualClock();
  const brain = async function* () {
    clock.work(2_000);
    yield { type: 'text', text: 'Hello.' } as const;
  };
  const vendors = vendorsOf(name, brain, new VirtualClock());
  const found = await providers.run(
    probeOfDeployment({ ...bareDeployment, openProviders: async () => vendors }, clock),
  );
  expect(found.find(({ title }) => title.startsWith(name))).toMatchObject({
    verdict: 'warn',
    title: `${name} answers within 2000 ms`,
    remedy: expect.stringContaining(remedy),
  });
});

test.each([402, 429])('a vendor that answers %i has nothing left, and that is said', async (status) => {
  const used = new ProviderError(
    { provider: 'openai', operation: 'brain', code: 'provider-failed', status, retryable: true },
    'insufficient_quota',
  );
  const vendors = vendorsOf('openai', () => refuse(used), new VirtualClock());
  const found = await providers.run(probeOfDeployment({ ...bareDeployment, openProviders: async () => vendors }));
  expect(found.find(({ title }) => title.startsWith('openai'))).toMatchObject({
    verdict: 'fail',
    title: 'openai does not answer: its quota is used up',
    remedy: expect.stringContaining('bill'),
  });
});

const nobody = { close: async () => {} };

/** An agent whose brain is all that matters: its voice is mute. */
function vendorsOf(name: string, respond: BrainSession['respond'], clock: VirtualClock): ProvidersUnderTest {
  const mute = new ProviderError(
    { provider: 'mute', operation: 'tts', code: 'provider-failed', retryable: true },
    'mute',
  );
  return {
    ...nobody,
    ...{ language: 'en-US', voice: undefined, instructions: undefined, passedOver: [], serving: [], news: () => [] },
    context: { clock, env: {}, warn: () => {} },
    brain: { ...nobody, name, open: () => ({ ...nobody, respond }) },
    tts: { ...nobody, name: 'mute', open: () => ({ ...nobody, synthesize: () => refuse(mute) }) },
    stt: { ...nobody, name: 'idle', open: () => expect.unreachable() },
  };
}

// biome-ignore lint/correctness/useYield: it refuses before anything comes
async function* refuse(error: Error): AsyncGenerator<never> {
  throw error;
}

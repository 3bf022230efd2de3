import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRealClock } from '../../call/real-clock.ts';
import { brainConformance } from '../conformance/brain.ts';
import { modelBrainConformance } from '../conformance/brain-tools.ts';
import type { Brain, ProviderContext } from '../contracts.ts';
import type { ModelLoopback } from '../model/loopback.ts';
import { openBrain } from './brain.ts';
import { openGeminiLoopback } from './loopback.ts';
import { DEFAULT_MODEL } from './options.ts';

const contextOf = (env: ProviderContext['env']): ProviderContext => ({ clock: createRealClock(), env, warn: () => {} });

async function brainAt(env: ProviderContext['env'], model?: string): Promise<Brain> {
  const offer = await openBrain(contextOf(env), model);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.provider;
}

modelBrainConformance('gemini', { openBrain, openLoopback: openGeminiLoopback, wholeCallAfter: 1 });

describe('gemini', () => {
  let loopback: ModelLoopback;
  let env: ProviderContext['env'];
  const spare: Brain[] = [];
  beforeAll(async () => {
    loopback = await openGeminiLoopback({ answer: ({ turn }) => ({ text: `This is answer number ${turn} of mine.` }) });
    env = loopback.env;
    for (let i = 0; i < 60; i++) spare.push(await brainAt(env));
  });
  afterAll(async () => {
    await Promise.all(spare.map((brain) => brain.close()));
    expect(loopback.open).toBe(0);
    await loopback.close();
  });

  brainConformance('gemini', () => spare.pop()!, { language: 'he-IL' });

  test.each([
    [undefined, DEFAULT_MODEL],
    ['another-model', 'another-model'],
  ])('the model of %j', async (spec, model) => {
    const brain = await brainAt(env, spec);
    const session = brain.open({ callSid: 'CA00', language: 'en-US' });
    await session.summarize?.([{ who: 'caller', text: 'hello' }], new AbortController().signal);
    expect(loopback.seen.at(-1)?.path).toContain(`/models/${model}:`);
    await brain.close();
  });

  test('without a key it says what to do', async () => {
    const offer = await openBrain(contextOf({ GEMINI_API_KEY: ' ' }));
    expect(offer).toEqual({
      ok: false,
      reason: expect.stringMatching(/^GEMINI_API_KEY is not set; create a key at https:/),
    });
  });

  test.each(['127.0.0.1:80', 'ftp://example.com', 'not an address'])('%j is no address', async (address) => {
    const context = contextOf({ ...env, GEMINI_BASE_URL: address });
    await expect(openBrain(context)).rejects.toMatchObject({ code: 'config-invalid', key: 'GEMINI_BASE_URL' });
  });
});

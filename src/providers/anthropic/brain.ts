import type Anthropic from '@anthropic-ai/sdk';
import type { Brain, Opener } from '../contracts.ts';
import { createModelBrain, type ModelClient } from '../model/brain.ts';
import { loadOptionalPackage } from '../wire/optional-package.ts';
import { errorOfSdk } from '../wire/sdk-error.ts';
import { EventReader, serializeRequest } from './messages-codec.ts';
import { anthropicOptions } from './options.ts';

const WHO = { provider: 'anthropic', operation: 'brain' } as const;
const PACKAGE = '@anthropic-ai/sdk@1.11.0';

/** A model of Anthropic's. Throws `ConfigError` for a wrong address. */
export const openBrain: Opener<Brain> = async ({ clock, env }, model) => {
  const offer = anthropicOptions(env, model);
  if (!offer.ok) return offer;
  const loaded = await loadOptionalPackage(PACKAGE, () => import('@anthropic-ai/sdk'));
  if (!loaded.ok) return loaded;
  const { apiKey, baseUrl, model: name } = offer.options;
  const { default: Sdk } = loaded.module;
  const sdk = new Sdk({ apiKey, authToken: null, baseURL: baseUrl, webhookKey: null, maxRetries: 0, logLevel: 'off' });
  const client: ModelClient = {
    stream: (request, signal) => readStream(sdk, serializeRequest(name, request), signal),
    errorOf: (error) => errorOfSdk(WHO, error),
  };
  return { ok: true, provider: createModelBrain({ who: WHO, clock, url: baseUrl, createClient: () => client }) };
};

async function* readStream(sdk: Anthropic, body: ReturnType<typeof serializeRequest>, signal: AbortSignal) {
  const reader = new EventReader();
  for await (const event of await sdk.messages.create(body, { signal })) yield* reader.read(event);
}

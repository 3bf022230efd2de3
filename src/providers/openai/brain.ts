import { APIError, type OpenAI } from 'openai';
import type { Brain, Opener } from '../contracts.ts';
import { createModelBrain, type ModelClient } from '../model/brain.ts';
import { errorOfSdk } from '../wire/sdk-error.ts';
import { ChunkReader, serializeRequest } from './chat-codec.ts';
import { createOpenAi } from './client.ts';
import { readEventData } from './event-stream.ts';
import { brainOptions } from './options.ts';

const WHO = { provider: 'openai', operation: 'brain' } as const;

/** A model of OpenAI's, or of any server that speaks its chat completions. Throws `ConfigError` for a wrong address. */
export const openBrain: Opener<Brain> = async ({ clock, env }, model) => {
  const offer = brainOptions(env, model);
  if (!offer.ok) return offer;
  const { options } = offer;
  const sdk = createOpenAi(options);
  const client: ModelClient = {
    stream: (request, signal) => readStream(sdk, serializeRequest(options.model, request), signal),
    errorOf: (error) => errorOfSdk(WHO, error),
  };
  return {
    ok: true,
    provider: createModelBrain({ who: WHO, clock, url: options.baseUrl, createClient: () => client }),
  };
};

async function* readStream(sdk: OpenAI, body: ReturnType<typeof serializeRequest>, signal: AbortSignal) {
  const response = await sdk.chat.completions.create(body, { signal }).asResponse();
  if (!response.body) return;
  const reader = new ChunkReader();
  for await (const data of readEventData(response.body)) {
    const chunk = JSON.parse(data);
    if (chunk?.error) throw new APIError(undefined, chunk.error, undefined, response.headers);
    yield* reader.read(chunk);
  }
}

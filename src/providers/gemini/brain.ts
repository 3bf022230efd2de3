import type { GoogleGenAI } from '@google/genai';
import type { Brain, Opener } from '../contracts.ts';
import { createModelBrain, type ModelClient } from '../model/brain.ts';
import type { ModelRequest } from '../model/prompt.ts';
import { loadOptionalPackage } from '../wire/optional-package.ts';
import { readChunk, Signatures, serializeRequest } from './content-codec.ts';
import { errorOfGemini } from './errors.ts';
import { geminiOptions } from './options.ts';

const WHO = { provider: 'gemini', operation: 'brain' } as const;
const PACKAGE = '@google/genai@3.1.0';

/** A model of Google's, by its API key. Throws `ConfigError` for a wrong address. */
export const openBrain: Opener<Brain> = async ({ clock, env }, model) => {
  const offer = geminiOptions(env, model);
  if (!offer.ok) return offer;
  const loaded = await loadOptionalPackage(PACKAGE, () => import('@google/genai'));
  if (!loaded.ok) return loaded;
  const { apiKey, baseUrl, model: name } = offer.options;
  const sdk = new loaded.module.GoogleGenAI({
    apiKey,
    vertexai: false,
    // Without a fetch of ours the SDK brings a connection pool of its own, which no warm-up reaches.
    httpOptions: { baseUrl, fetch: (input, init) => fetch(input, init) },
  });
  return {
    ok: true,
    provider: createModelBrain({ who: WHO, clock, url: baseUrl, createClient: () => createClient(sdk, name) }),
  };
};

function createClient(sdk: GoogleGenAI, model: string): ModelClient {
  const signatures = new Signatures();
  let minted = 0;
  const mintId = (): string => `call_${minted++}`;

  async function* stream(request: ModelRequest, abortSignal: AbortSignal) {
    const { config, ...rest } = serializeRequest(model, request, signatures);
    const chunks = await sdk.models.generateContentStream({ ...rest, config: { ...config, abortSignal } });
    for await (const chunk of chunks) yield* readChunk(chunk, signatures, mintId);
  }
  return { stream, errorOf: (error) => errorOfGemini(WHO, error) };
}

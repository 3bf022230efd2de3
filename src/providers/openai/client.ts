import OpenAI from 'openai';
import type { OpenAiOptions } from './options.ts';

/** The vendor's SDK, made to read nothing of the process, to retry nothing and to print nothing. */
export function createOpenAi({ apiKey, baseUrl }: OpenAiOptions): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
  });
}

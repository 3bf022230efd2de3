import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

/** Answers at once: it does not reason before it speaks, and takes tools. */
export const DEFAULT_MODEL = 'gpt-5.4-mini';
export const DEFAULT_VOICE_MODEL = 'gpt-4o-mini-tts';
const DEFAULT_BASE_URL = 'https://api.openai.com/v1';
/** Servers without keys want a header all the same. */
const NO_KEY = 'none';
const MISSING_KEY =
  'OPENAI_API_KEY is not set; create a key at https://platform.openai.com/api-keys, or set OPENAI_BASE_URL to a server that needs none';

export interface OpenAiOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
}

export type OpenAiOffer =
  | { readonly ok: true; readonly options: OpenAiOptions }
  | { readonly ok: false; readonly reason: string };

/** Throws `ConfigError` for an address that is none. */
export function brainOptions(env: ProviderContext['env'], model = DEFAULT_MODEL): OpenAiOffer {
  return optionsFor(env, 'OPENAI_BASE_URL', model);
}

/** Throws `ConfigError` for an address that is none. */
export function voiceOptions(env: ProviderContext['env'], model = DEFAULT_VOICE_MODEL): OpenAiOffer {
  return optionsFor(env, settingOf(env, 'OPENAI_TTS_BASE_URL') ? 'OPENAI_TTS_BASE_URL' : 'OPENAI_BASE_URL', model);
}

function optionsFor(env: ProviderContext['env'], urlKey: string, model: string): OpenAiOffer {
  const baseUrl = settingOf(env, urlKey);
  const apiKey = settingOf(env, 'OPENAI_API_KEY') ?? (baseUrl === undefined ? undefined : NO_KEY);
  if (apiKey === undefined) return { ok: false, reason: MISSING_KEY };
  if (baseUrl !== undefined && !isHttpUrl(baseUrl)) {
    throw new ConfigError(urlKey, 'is not an http or https address', 'Write for example http://127.0.0.1:11434/v1');
  }
  return { ok: true, options: { apiKey, baseUrl: baseUrl ?? DEFAULT_BASE_URL, model } };
}

function settingOf(env: ProviderContext['env'], key: string): string | undefined {
  return env[key]?.trim() || undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

/** Quick when told not to think. */
export const DEFAULT_MODEL = 'gemini-3.5-flash';
const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com';

export interface GeminiOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
}

export type GeminiOffer =
  | { readonly ok: true; readonly options: GeminiOptions }
  | { readonly ok: false; readonly reason: string };

/** Throws `ConfigError` for an address that is none. */
export function geminiOptions(env: ProviderContext['env'], model = DEFAULT_MODEL): GeminiOffer {
  const apiKey = env['GEMINI_API_KEY']?.trim();
  if (!apiKey) return { ok: false, reason: 'GEMINI_API_KEY is not set; create a key at https://aistudio.google.com' };
  const baseUrl = env['GEMINI_BASE_URL']?.trim() || DEFAULT_BASE_URL;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new ConfigError('GEMINI_BASE_URL', 'is not an http or https address', `Write ${DEFAULT_BASE_URL}`);
  }
  return { ok: true, options: { apiKey, baseUrl, model } };
}

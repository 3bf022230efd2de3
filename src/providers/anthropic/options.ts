import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

/** The quickest to its first word; it does not think before unless told to. */
export const DEFAULT_MODEL = 'claude-haiku-4-5';
const DEFAULT_BASE_URL = 'https://api.anthropic.com';

export interface AnthropicOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
}

export type AnthropicOffer =
  | { readonly ok: true; readonly options: AnthropicOptions }
  | { readonly ok: false; readonly reason: string };

/** Throws `ConfigError` for an address that is none. */
export function anthropicOptions(env: ProviderContext['env'], model = DEFAULT_MODEL): AnthropicOffer {
  const apiKey = env['ANTHROPIC_API_KEY']?.trim();
  if (!apiKey) {
    return { ok: false, reason: 'ANTHROPIC_API_KEY is not set; create a key at https://console.anthropic.com' };
  }
  const baseUrl = env['ANTHROPIC_BASE_URL']?.trim() || DEFAULT_BASE_URL;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new ConfigError('ANTHROPIC_BASE_URL', 'is not an http or https address', `Write ${DEFAULT_BASE_URL}`);
  }
  return { ok: true, options: { apiKey, baseUrl, model } };
}

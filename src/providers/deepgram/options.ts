import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

export interface DeepgramOptions {
  readonly apiKey: string;
  /** `wss://…/v1/listen`, without a query. */
  readonly listenUrl: string;
  readonly model: string;
}

export type ParsedOptions =
  | { readonly ok: true; readonly options: DeepgramOptions }
  | { readonly ok: false; readonly reason: string };

const DEFAULT_ORIGIN = 'https://api.deepgram.com';
const DEFAULT_MODEL = 'nova-3';

/** Throws `ConfigError` for a key, an address or a model that cannot work. */
export function parseOptions(env: ProviderContext['env'], model: string | undefined): ParsedOptions {
  const apiKey = env['DEEPGRAM_API_KEY']?.trim();
  if (!apiKey) {
    const remedy = 'Remedy: set DEEPGRAM_API_KEY to a key of your project at https://console.deepgram.com';
    return { ok: false, reason: `deepgram: DEEPGRAM_API_KEY is not set. ${remedy}` };
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ConfigError('DEEPGRAM_API_KEY', 'holds a character that no key has', 'Copy the key again.');
  }
  const listenUrl = parseListenUrl(env['DEEPGRAM_BASE_URL']?.trim() || DEFAULT_ORIGIN);
  return { ok: true, options: { apiKey, listenUrl, model: parseModel(model?.trim() || DEFAULT_MODEL) } };
}

function parseListenUrl(base: string): string {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !/^(?:https?|wss?):$/.test(url.protocol)) {
    const remedy = `Set it to an origin such as ${DEFAULT_ORIGIN}, or leave it out.`;
    throw new ConfigError('DEEPGRAM_BASE_URL', 'is not a web address', remedy);
  }
  const scheme = /^(?:http|ws):$/.test(url.protocol) ? 'ws' : 'wss';
  return `${scheme}://${url.host}${url.pathname.replace(/\/+$/, '')}/v1/listen`;
}

function parseModel(model: string): string {
  const key = `deepgram:${model}`;
  if (!/^[\w.-]+$/.test(model)) {
    throw new ConfigError(key, 'is no name of a model', `Write deepgram:${DEFAULT_MODEL}.`);
  }
  // Flux decides by itself when a turn is over, and speaks another protocol: https://developers.deepgram.com/docs/flux
  if (model.startsWith('flux')) {
    throw new ConfigError(key, 'speaks a protocol that Kav does not', `Write deepgram:${DEFAULT_MODEL}.`);
  }
  return model;
}

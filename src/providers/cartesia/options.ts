import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';
import type { VendorOperation } from '../vendor-error.ts';

export const WHO: VendorOperation = { provider: 'cartesia', operation: 'tts' };
/** https://docs.cartesia.ai/use-the-api/api-errors: from this version on, errors are objects. */
export const API_VERSION = '2026-03-01';
/** "Katie", of the voices that the vendor recommends for agents; a voice speaks every language of its model. */
export const DEFAULT_VOICE = 'f786b574-daa5-4673-aa0c-cbe3e8534c02';

const DEFAULT_BASE_URL = 'https://api.cartesia.ai';
export const DEFAULT_MODEL = 'sonic-3';

/** https://docs.cartesia.ai/build-with-cartesia/tts-models/older-models; newer models know more. */
const SONIC_3 =
  'en de es fr ja pt zh hi ko it nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te gu kn ml mr pa'.split(
    ' ',
  );
const SONIC_2 = 'en fr de es pt zh ja hi it ko nl pl ru sv tr'.split(' ');

export interface CartesiaOptions {
  readonly key: string;
  /** Of the socket, with its query. */
  readonly url: string;
  readonly model: string;
}

/** The options, or why there are none. Throws `ConfigError` for a wrong value. */
export function parseOptions(env: ProviderContext['env'], model = DEFAULT_MODEL): CartesiaOptions | string {
  const key = env['CARTESIA_API_KEY']?.trim();
  if (!key) return 'Cartesia needs a key: set CARTESIA_API_KEY (play.cartesia.ai, API keys)';
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigError('CARTESIA_API_KEY', 'it has characters that no key has', 'Copy the key again, on one line.');
  }
  if (!/^[\w.-]+$/.test(model)) {
    throw new ConfigError('tts', `"cartesia:${model}" names no model`, `Write cartesia:${DEFAULT_MODEL}, or cartesia.`);
  }
  return { key, model, url: socketUrl(env['CARTESIA_BASE_URL']) };
}

function socketUrl(value: string | undefined): string {
  const text = value?.trim() || DEFAULT_BASE_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ConfigError(
      'CARTESIA_BASE_URL',
      'it is not an http or https URL',
      `Set it to ${DEFAULT_BASE_URL}, or leave it out.`,
    );
  }
  const origin = url.origin.replace(/^http/, 'ws');
  return `${origin}${url.pathname.replace(/\/+$/, '')}/tts/websocket?cartesia_version=${API_VERSION}`;
}

/** What the vendor calls the language of a BCP 47 tag. */
export function languageCode(language: string): string {
  const primary = language.split('-')[0]!.toLowerCase();
  return { iw: 'he', in: 'id', nb: 'no', nn: 'no', fil: 'tl', cmn: 'zh' }[primary] ?? primary;
}

/** False only when the documentation lists the model's languages and this one is not among them. */
export function knowsLanguage(model: string, language: string): boolean {
  const code = languageCode(language);
  if (/^sonic-3(?:-\d|$)/.test(model)) return SONIC_3.includes(code);
  if (/^sonic(?:$|-2|-turbo)/.test(model)) return SONIC_2.includes(code);
  return true;
}

import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';

export interface TranscriptionOptions {
  /** None for a server of one's own that asks for none. */
  readonly apiKey?: string;
  /** `wss://…/v1/realtime?intent=transcription`: with a model in its query it would be a conversation. */
  readonly url: string;
  readonly model: string;
}

export type ParsedTranscriptionOptions =
  | { readonly ok: true; readonly options: TranscriptionOptions; readonly warning?: string }
  | { readonly ok: false; readonly reason: string };

const VENDOR_URL = 'https://api.openai.com/v1';
/** The one that streams words while they are spoken: https://developers.openai.com/api/docs/guides/realtime-transcription */
const DEFAULT_MODEL = 'gpt-live-transcribe';
/** https://developers.openai.com/api/docs/deprecations */
const ENDING = /^(?:whisper-1$|gpt-4o-(?:mini-)?transcribe)/;
const ENDS_ON = '2027-02-26';

/** Throws `ConfigError` for a key, an address or a model that cannot work. */
export function parseTranscriptionOptions(
  env: ProviderContext['env'],
  model: string | undefined,
): ParsedTranscriptionOptions {
  const apiKey = env['OPENAI_API_KEY']?.trim();
  const key = ['OPENAI_STT_BASE_URL', 'OPENAI_BASE_URL'].find((name) => env[name]?.trim());
  if (!apiKey && !key) {
    const remedy = 'Remedy: set OPENAI_API_KEY to a key from https://platform.openai.com/api-keys';
    return { ok: false, reason: `openai: OPENAI_API_KEY is not set. ${remedy}` };
  }
  if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ConfigError('OPENAI_API_KEY', 'holds a character that no key has', 'Copy the key again.');
  }
  const url = parseRealtimeUrl(key ?? '', (key && env[key]?.trim()) || VENDOR_URL);
  const name = parseModel(model?.trim() || DEFAULT_MODEL);
  return {
    ok: true,
    options: { ...(apiKey ? { apiKey } : {}), url, model: name },
    ...(!key && ENDING.test(name)
      ? { warning: `openai: OpenAI ends ${name} on ${ENDS_ON}; openai:${DEFAULT_MODEL} takes its place.` }
      : {}),
  };
}

function parseRealtimeUrl(key: string, base: string): string {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !/^(?:https?|wss?):$/.test(url.protocol)) {
    throw new ConfigError(key, 'is not a web address', `Set it to an address such as ${VENDOR_URL}, or leave it out.`);
  }
  const scheme = /^(?:http|ws):$/.test(url.protocol) ? 'ws' : 'wss';
  return `${scheme}://${url.host}${url.pathname.replace(/\/+$/, '')}/realtime?intent=transcription`;
}

function parseModel(model: string): string {
  if (/^[\w.:/-]+$/.test(model)) return model;
  throw new ConfigError(`openai:${model}`, 'is no name of a model', `Write openai:${DEFAULT_MODEL}.`);
}

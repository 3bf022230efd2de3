import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';
import type { VendorOperation } from '../vendor-error.ts';
import { enforcedLanguage } from './models.ts';

export const WHO: VendorOperation = { provider: 'elevenlabs', operation: 'tts' };
/** "Sarah", one of the premade voices that every account has; speaks every language of the model it is used with. */
export const DEFAULT_VOICE = 'EXAVITQu4vr4xnSDxMaL';
/** The only one of the vendor's output formats that is a telephone's. */
export const OUTPUT_FORMAT = 'ulaw_8000';

const DEFAULT_BASE_URL = 'https://api.elevenlabs.io';
/** Seconds, the vendor's longest (20 when not asked for). */
const INACTIVITY_TIMEOUT = 180;

export interface ElevenLabsOptions {
  readonly key: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** As in the agent file; undefined takes the best for the call's language. */
  readonly model: string | undefined;
}

/** What a call settles: the endpoint's parameters. */
export interface VoiceChoice {
  readonly model: string;
  readonly voice: string;
  readonly language: string;
}

/** The options, or why there are none. Throws `ConfigError` for a wrong value. */
export function parseOptions(env: ProviderContext['env'], model: string | undefined): ElevenLabsOptions | string {
  const key = env['ELEVENLABS_API_KEY']?.trim();
  if (!key) return 'ElevenLabs needs a key: set ELEVENLABS_API_KEY (elevenlabs.io, Developers, API keys)';
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigError(
      'ELEVENLABS_API_KEY',
      'it has characters that no key has',
      'Copy the key again, on one line.',
    );
  }
  if (model !== undefined && !/^[\w.-]+$/.test(model)) {
    throw new ConfigError(
      'tts',
      `"elevenlabs:${model}" names no model`,
      'Write elevenlabs:eleven_flash_v2_5, or elevenlabs.',
    );
  }
  return { key, baseUrl: parseBaseUrl(env['ELEVENLABS_BASE_URL']), model };
}

function parseBaseUrl(value: string | undefined): string {
  const text = value?.trim() || DEFAULT_BASE_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ConfigError(
      'ELEVENLABS_BASE_URL',
      'it is not an http or https URL',
      `Set it to ${DEFAULT_BASE_URL}, or leave it out.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input */
export function socketUrl({ baseUrl }: ElevenLabsOptions, { model, voice, language }: VoiceChoice): string {
  const enforced = enforcedLanguage(model, language);
  const query = new URLSearchParams({
    model_id: model,
    output_format: OUTPUT_FORMAT,
    // Sentences come whole, so the vendor need not wait for more text.
    auto_mode: 'true',
    sync_alignment: 'true',
    inactivity_timeout: `${INACTIVITY_TIMEOUT}`,
    ...(enforced === undefined ? {} : { language_code: enforced }),
  });
  const origin = baseUrl.replace(/^http/, 'ws');
  return `${origin}/v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input?${query}`;
}

/** https://elevenlabs.io/docs/api-reference/text-to-speech/stream */
export function streamUrl({ baseUrl }: ElevenLabsOptions, voice: string): string {
  return `${baseUrl}/v1/text-to-speech/${encodeURIComponent(voice)}/stream?output_format=${OUTPUT_FORMAT}`;
}

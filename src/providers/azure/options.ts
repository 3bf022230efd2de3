import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';
import type { VendorOperation } from '../vendor-error.ts';
import { VOICE_NAME } from './voices.ts';

export const WHO: VendorOperation = { provider: 'azure', operation: 'tts' };
/** https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#audio-outputs, a streaming format. */
export const OUTPUT_FORMAT = 'raw-8khz-8bit-mono-mulaw';

const PATH = '/cognitiveservices/v1';

export interface AzureOptions {
  readonly key: string;
  /** Where SSML is posted. */
  readonly url: string;
  /** `azure:he-IL-AvriNeural`; undefined takes the default for the call's language. */
  readonly voice: string | undefined;
}

/** The options, or why there are none. Throws `ConfigError` for a wrong value, and for a key without a place. */
export function parseOptions(env: ProviderContext['env'], voice: string | undefined): AzureOptions | string {
  const key = env['AZURE_SPEECH_KEY']?.trim();
  if (!key)
    return 'Azure Speech needs a key: set AZURE_SPEECH_KEY and AZURE_SPEECH_REGION (portal.azure.com, Speech service, Keys and Endpoint)';
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigError('AZURE_SPEECH_KEY', 'it has characters that no key has', 'Copy the key again, on one line.');
  }
  if (voice !== undefined && !VOICE_NAME.test(voice)) {
    throw new ConfigError('tts', `"azure:${voice}" names no voice`, 'Write azure:he-IL-HilaNeural, or azure.');
  }
  const region = env['AZURE_SPEECH_REGION']?.trim();
  const endpoint = env['AZURE_SPEECH_ENDPOINT']?.trim();
  if (endpoint) return { key, voice, url: urlOfEndpoint(endpoint) };
  if (region) return { key, voice, url: urlOfRegion(region) };
  throw new ConfigError(
    'AZURE_SPEECH_REGION',
    'there is a key and no region',
    'Set it to the region of the key, for example westeurope, or set AZURE_SPEECH_ENDPOINT.',
  );
}

function urlOfRegion(region: string): string {
  if (/^[a-z][a-z0-9]*$/.test(region)) return `https://${region}.tts.speech.microsoft.com${PATH}`;
  throw new ConfigError(
    'AZURE_SPEECH_REGION',
    `"${region}" is no region's name`,
    'Write it in small letters without spaces, for example westeurope.',
  );
}

/**
 * The portal's "Endpoint" issues tokens and does not speak, but it names the region; a resource with a custom domain
 * (private endpoints) has the voices under `/tts`.
 */
function urlOfEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new ConfigError(
      'AZURE_SPEECH_ENDPOINT',
      'it is not an http or https URL',
      'Set it to the origin of the voices, or leave it out.',
    );
  }
  const region = /^([a-z0-9]+)\.api\.cognitive\.microsoft\.com$/.exec(url.hostname)?.[1];
  if (region) return urlOfRegion(region);
  const path = url.pathname.replace(/\/+$/, '');
  if (path.endsWith(PATH)) return `${url.origin}${path}`;
  const isCustomDomain = url.hostname.endsWith('.cognitiveservices.azure.com');
  return `${url.origin}${isCustomDomain && path === '' ? '/tts' : path}${PATH}`;
}

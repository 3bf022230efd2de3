import { ConfigError } from '../../core/errors.ts';
import type { ProviderContext } from '../contracts.ts';
import { type GoogleClientOptions, googleClientOptions } from './credentials.ts';

/** What the agent's `google`, `google:telephony`, `google:v1` or `google:v1/phone_call` asks for. */
interface SpeechSpec {
  readonly version: 'v1' | 'v2';
  /** Undefined chooses by the language of the call. */
  readonly model: string | undefined;
}

/** A call's recogniser at Google. */
export interface SpeechTarget {
  readonly version: 'v1' | 'v2';
  readonly model: string;
  /** As Google spells it. */
  readonly languageCode: string;
  readonly projectId: string;
  readonly location: string;
}

export interface SpeechOptions {
  readonly clientOptions: (location: string) => GoogleClientOptions;
  readonly targetOf: (language: string) => SpeechTarget;
}

export type SpeechOptionsOffer =
  | { readonly ok: true; readonly options: SpeechOptions }
  | { readonly ok: false; readonly reason: string };

const LOCATION_KEY = 'GOOGLE_SPEECH_LOCATION';

/** Throws `ConfigError` for a model, a location, an endpoint or a key that is there and wrong. */
export function parseSpeechOptions(context: ProviderContext, model: string | undefined): SpeechOptionsOffer {
  const spec = parseSpec(model);
  const location = parseLocation(context.env);
  const endpoint = context.env['GOOGLE_SPEECH_ENDPOINT']?.trim() || undefined;
  const offer = googleClientOptions(context, endpoint);
  if (!offer.ok) return offer;
  const { options, projectId } = offer;
  if (projectId === undefined && spec.version === 'v2') throw noProject(context.env);
  return {
    ok: true,
    options: {
      clientOptions: (where) => (endpoint === undefined ? { ...options, ...hostOf(where) } : options),
      targetOf: (language) => targetOf(spec, language, { projectId: projectId ?? '', location }),
    },
  };
}

/** A region's recognisers answer at a host of its own: https://cloud.google.com/speech-to-text/v2/docs/locations. */
function hostOf(location: string): Pick<GoogleClientOptions, 'apiEndpoint'> {
  return location === 'global' ? {} : { apiEndpoint: `${location}-speech.googleapis.com` };
}

function parseSpec(model: string | undefined): SpeechSpec {
  const [, v1, name] = /^(v1)?\/?(.*)$/s.exec(model?.trim() ?? '') ?? [];
  const version = v1 ? 'v1' : 'v2';
  if (!name) return { version, model: undefined };
  if (/^[a-z][\w-]*$/.test(name)) return { version, model: name };
  const remedy = 'Write google, google:telephony, google:chirp_3, google:v1 or google:v1/phone_call.';
  throw new ConfigError('KAV_STT', `"google:${model}" names no model`, remedy);
}

function parseLocation(env: ProviderContext['env']): string | undefined {
  const location = env[LOCATION_KEY]?.trim() || undefined;
  if (location === undefined || /^[a-z][a-z0-9-]*$/.test(location)) return location;
  throw new ConfigError(LOCATION_KEY, `"${location}" is no region`, 'Give one like eu, us-central1 or global.');
}

function noProject(env: ProviderContext['env']): ConfigError {
  const isInline = Boolean(env['GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON']?.trim());
  const key = isInline ? 'GOOGLE_CLOUD_SERVICE_ACCOUNT_JSON' : 'GOOGLE_APPLICATION_CREDENTIALS';
  const remedy = 'Use the key of a service account, or google:v1, which needs no project.';
  return new ConfigError(key, 'it has no project_id', remedy);
}

interface Place {
  readonly projectId: string;
  readonly location: string | undefined;
}

function targetOf(spec: SpeechSpec, language: string, place: Place): SpeechTarget {
  const { version } = spec;
  const languageCode = toGoogleLanguage(language);
  const model = spec.model ?? (version === 'v1' ? v1ModelOf(languageCode) : v2ModelOf(languageCode));
  const location = place.location ?? (version === 'v1' ? 'global' : locationOf(model));
  return { version, model, languageCode, projectId: place.projectId, location };
}

/** Both versions list Hebrew under its old code only: https://cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages. */
function toGoogleLanguage(language: string): string {
  return /^he(?:-|$)/i.test(language) ? 'iw-IL' : language;
}

/** The telephony model is trained for these; Chirp 3 streams them and the others, Hebrew among them. */
const TELEPHONY_LANGUAGES = /^en-(?:US|GB|AU|IN)$/i;

function v2ModelOf(languageCode: string): string {
  return TELEPHONY_LANGUAGES.test(languageCode) ? 'telephony' : 'chirp_3';
}

/** `phone_call` is there for few languages, `default` for all. */
function v1ModelOf(languageCode: string): string {
  return /^en-US$/i.test(languageCode) ? 'phone_call' : 'default';
}

/** Chirp is not in `global`: https://cloud.google.com/speech-to-text/v2/docs/chirp_3-model, …/chirp_2-model. */
function locationOf(model: string): string {
  if (model === 'chirp_3') return 'eu';
  return model.startsWith('chirp') ? 'europe-west4' : 'global';
}

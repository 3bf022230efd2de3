/** Google's voices by their names: `<locale>-<family>-<name>`, for example `he-IL-Chirp3-HD-Aoede` or `en-US-Neural2-F`. */
import type { TextToSpeechOptions } from '../contracts.ts';
import type { VoiceFamily, VoiceMode } from './tts-options.ts';

export interface Voice {
  /** The API refuses a request whose language is not its voice's own. */
  readonly languageCode: string;
  /** Without a name Google chooses by the language. */
  readonly name?: string;
  /** `StreamingSynthesize` takes it, as far as its name tells. */
  readonly streams: boolean;
  /** False when the voice is of another language than the call. */
  readonly speaksLanguage: boolean;
}

/**
 * Where Chirp 3: HD speaks; the first locale of a language is its default.
 * Source: https://cloud.google.com/text-to-speech/docs/chirp3-hd, "Language availability".
 */
const LOCALES = (
  'he-IL en-US en-GB en-AU en-IN ar-XA bg-BG bn-IN cmn-CN cs-CZ da-DK de-DE el-GR es-ES es-US et-EE fi-FI fr-FR fr-CA ' +
  'gu-IN hi-IN hr-HR hu-HU id-ID it-IT ja-JP kn-IN ko-KR lt-LT lv-LV ml-IN mr-IN nb-NO nl-NL nl-BE pa-IN pl-PL pt-BR ' +
  'ro-RO ru-RU sk-SK sl-SI sr-RS sv-SE sw-KE ta-IN te-IN th-TH tr-TR uk-UA ur-IN vi-VN yue-HK'
).split(' ');

/** Google's own tags for what callers' languages are usually called (ISO 639, the second also macro-languages). */
const LANGUAGE_ALIASES: Readonly<Record<string, string>> = { iw: 'he', zh: 'cmn', no: 'nb' };

/**
 * Chirp 3: HD and its forerunners, which Google has renamed twice. All others are refused with INVALID_ARGUMENT,
 * "only Chirp 3: HD voices are supported for streaming synthesis".
 */
const STREAMING_NAME = /-(?:Chirp3-HD|Chirp-HD|Journey)-/i;
const FULL_NAME = /^(?<locale>[a-z]{2,3}-[a-z]{2})-/i;
/** Chirp 3: HD names its voices after stars and moons, the same in every language. */
const STAR_NAME = /^[a-z]+$/i;
const DEFAULT_STAR = 'Aoede';

/** The voice that the agent names, in full or as the star alone, or the default of the family in the call's language. */
export function chooseVoice({ language, voice }: TextToSpeechOptions, mode: VoiceMode): Voice {
  const locale = localeOf(language);
  const name = voice?.trim() || (locale === undefined ? undefined : defaultName(locale, mode.family));
  if (name === undefined) return { languageCode: language, streams: false, speaksLanguage: true };
  const fullName = STAR_NAME.test(name) ? `${locale ?? language}-Chirp3-HD-${name}` : name;
  const languageCode = FULL_NAME.exec(fullName)?.groups?.['locale'] ?? language;
  return {
    languageCode,
    name: fullName,
    streams: !mode.unary && STREAMING_NAME.test(fullName),
    speaksLanguage: primaryOf(languageCode) === primaryOf(language),
  };
}

/** Female voices throughout, so that a change of family does not change who speaks. */
function defaultName(locale: string, family: VoiceFamily): string {
  if (family === 'Chirp3-HD') return `${locale}-${family}-${DEFAULT_STAR}`;
  return `${locale}-${family}-${locale === 'en-US' ? 'F' : 'A'}`;
}

function localeOf(language: string): string | undefined {
  const wanted = language.toLowerCase();
  const primary = primaryOf(language);
  return (
    LOCALES.find((locale) => locale.toLowerCase() === wanted) ??
    LOCALES.find((locale) => locale.startsWith(`${primary}-`))
  );
}

function primaryOf(language: string): string {
  const primary = language.toLowerCase().split('-', 1)[0]!;
  return LANGUAGE_ALIASES[primary] ?? primary;
}

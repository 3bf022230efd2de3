/** `he-IL-HilaNeural`, `zh-CN-liaoning-XiaobeiNeural`, `en-US-Ava:DragonHDLatestNeural`, `en-US-AvaMultilingualNeural`. */
export const VOICE_NAME = /^([a-z]{2,3}-[A-Za-z0-9]+(?:-[a-z]+)?)-[A-Za-z0-9:]+$/;

const FALLBACK_VOICE = 'en-US-JennyNeural';

/** https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=tts; Hebrew also has Avri. */
const DEFAULT_VOICES: Readonly<Record<string, string>> = {
  he: 'he-IL-HilaNeural',
  en: FALLBACK_VOICE,
};

/** The default for the language, or an American voice that will not do it justice. */
export function defaultVoice(language: string): string {
  return DEFAULT_VOICES[primary(language)] ?? FALLBACK_VOICE;
}

/** False when the voice's locale is of another language. Multilingual and HD voices speak many. */
export function speaksLanguage(voice: string, language: string): boolean {
  const locale = VOICE_NAME.exec(voice)?.[1];
  return locale === undefined || /Multilingual|:/.test(voice) || primary(locale) === primary(language);
}

function primary(language: string): string {
  const subtag = language.split('-')[0]!.toLowerCase();
  return subtag === 'iw' ? 'he' : subtag;
}

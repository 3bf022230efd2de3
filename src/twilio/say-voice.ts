import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/**
 * The languages for which the Twilio SDK lists both a `<Say>` language and a Google voice `Standard-A`. Of several
 * regions of one language, the first stands for those that are not listed.
 */
const SPOKEN = [
  ...['en-US', 'en-GB', 'en-AU', 'en-IN', 'he-IL', 'ar-XA', 'fr-FR', 'fr-CA', 'es-ES', 'es-US', 'pt-BR', 'pt-PT'],
  ...['de-DE', 'it-IT', 'nl-NL', 'nl-BE', 'ru-RU', 'uk-UA', 'pl-PL', 'ro-RO', 'hu-HU', 'cs-CZ', 'sk-SK', 'bg-BG'],
  ...['sr-RS', 'el-GR', 'tr-TR', 'da-DK', 'sv-SE', 'nb-NO', 'fi-FI', 'is-IS', 'lv-LV', 'ca-ES', 'af-ZA', 'am-ET'],
  ...['hi-IN', 'bn-IN', 'gu-IN', 'kn-IN', 'ml-IN', 'mr-IN', 'pa-IN', 'ta-IN', 'te-IN', 'id-ID', 'ms-MY', 'fil-PH'],
  ...['th-TH', 'vi-VN', 'ja-JP', 'ko-KR', 'cmn-CN', 'cmn-TW', 'yue-HK'],
] as const;

/** Other spellings of the same language. */
const SAME = new Map([
  ['iw', 'he'],
  ['no', 'nb'],
  ['tl', 'fil'],
  ['zh', 'cmn'],
  ['zh-cn', 'cmn-cn'],
  ['zh-tw', 'cmn-tw'],
  ['zh-hk', 'yue-hk'],
]);

export interface SayVoice {
  readonly language: NonNullable<VoiceResponse.SayAttributes['language']>;
  readonly voice: NonNullable<VoiceResponse.SayAttributes['voice']>;
}

/** The voice for a BCP 47 tag: of its region, else of its language, else `en-US`, which is also `<Say>`'s own default. */
export function chooseSayVoice(tag: string): SayVoice {
  const asked = tag.toLowerCase().replaceAll('_', '-');
  const [primary = ''] = asked.split('-');
  const region = SAME.get(asked) ?? asked;
  const family = `${SAME.get(primary) ?? primary}-`;
  const language =
    SPOKEN.find((spoken) => spoken.toLowerCase() === region) ??
    SPOKEN.find((spoken) => spoken.toLowerCase().startsWith(family)) ??
    'en-US';
  return { language, voice: `Google.${language}-Standard-A` };
}

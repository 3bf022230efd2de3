/** https://elevenlabs.io/docs/overview/models: which model knows which language (ISO 639-1, but for `fil`). */
const MULTILINGUAL_V2 = 'en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru'.split(
  ' ',
);
const V2_5 = [...MULTILINGUAL_V2, 'hu', 'no', 'vi'];

const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  eleven_multilingual_v2: MULTILINGUAL_V2,
  eleven_flash_v2_5: V2_5,
  eleven_turbo_v2_5: V2_5,
  eleven_flash_v2: ['en'],
  eleven_turbo_v2: ['en'],
  eleven_monolingual_v1: ['en'],
};

export const FAST_MODEL = 'eleven_flash_v2_5';
/** Speaks some seventy languages; Hebrew among them, which no other model does. */
export const WIDE_MODEL = 'eleven_v3';

/** What the vendor calls the language of a BCP 47 tag: its primary subtag, old codes brought up to date. */
export function languageCode(language: string): string {
  const primary = language.split('-')[0]!.toLowerCase();
  return { iw: 'he', in: 'id', nb: 'no', nn: 'no', tl: 'fil', cmn: 'zh' }[primary] ?? primary;
}

/** The quickest model that knows the language. */
export function defaultModel(language: string): string {
  return V2_5.includes(languageCode(language)) ? FAST_MODEL : WIDE_MODEL;
}

/** False only when the documentation lists the model's languages and this one is not among them. */
export function knowsLanguage(model: string, language: string): boolean {
  return LANGUAGES[model]?.includes(languageCode(language)) ?? true;
}

/**
 * "Multi-context WebSockets are not available for the eleven_v3 model": its upgrade is answered with 403.
 * https://elevenlabs.io/docs/eleven-api/guides/how-to/websockets/multi-context-web-socket
 */
export function hasSocket(model: string): boolean {
  return !model.startsWith('eleven_v3');
}

/** Only the 2.5 models take `language_code`; others answer with an error, and tell the language by the text. */
export function enforcedLanguage(model: string, language: string): string | undefined {
  return model.endsWith('_v2_5') && knowsLanguage(model, language) ? languageCode(language) : undefined;
}

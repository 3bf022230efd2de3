/**
 * BCP 47 to the codes that Deepgram takes.
 * Sources: https://developers.deepgram.com/docs/models-languages-overview and, for what `multi` knows,
 * https://developers.deepgram.com/docs/nova-3-language-prompting
 */

export interface LanguageQuery {
  readonly language: string;
  /** Only with `multi`. */
  readonly language_hint?: string;
}

/** What Nova-3 has a model of its own for. */
const NOVA_3 = new Set(
  (
    'be bg bn bs ca cs da da-DK de de-CH el en en-AU en-GB en-IN en-NZ en-US es es-419 et fa fi fr fr-CA he hi hr hu ' +
    'id it ja kn ko ko-KR lt lv mk mr ms nl nl-BE no pl pt pt-BR pt-PT ro ru sk sl sr sv sv-SE ta te th th-TH tl tr uk ' +
    'ur vi zh zh-CN zh-HK zh-Hans zh-Hant zh-TW'
  ).split(' '),
);
/** What only its multilingual model knows. */
const MULTI_ONLY = new Set('af ar gl gu xh zu'.split(' '));
const ALIASES: Readonly<Record<string, string>> = { iw: 'he', nb: 'no', nn: 'no', fil: 'tl', in: 'id' };

/**
 * The regional code where there is one, else the language's. A language that is on no list is sent as it is: lists grow,
 * and Deepgram says clearly when it does not know one.
 */
export function languageQuery(bcp47: string, model: string): LanguageQuery {
  const [primary = '', ...rest] = bcp47.split('-');
  const base = ALIASES[primary.toLowerCase()] ?? primary.toLowerCase();
  if (base === '' || base === 'mul' || base === 'und') return { language: 'multi' };
  const regional = [base, ...rest.slice(0, 1)].join('-');
  const exact = [...NOVA_3].find((code) => code.toLowerCase() === regional.toLowerCase());
  if (exact !== undefined) return { language: exact };
  const isNova3 = model.startsWith('nova-3');
  return isNova3 && MULTI_ONLY.has(base) ? { language: 'multi', language_hint: base } : { language: base };
}

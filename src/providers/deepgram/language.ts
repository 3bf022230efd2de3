/**
 * BCP 47 to the codes that Deepgram takes.
 * Sources: https://developers.deepgram.com/docs/models-languages-overview and, for what `multi` knows,
 * https://developers.deepgram.com/docs/nova-3-language-prompting
 */
import type { LanguageAnswer, LanguageQuestion } from '../contracts.ts';

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
/** What Nova-2 has, by primary subtag. */
const NOVA_2 = new Set(
  'bg ca cs da de el en es et fi fr hi hu id it ja ko lt lv ms nl no pl pt ro ru sk sv th tr uk vi zh'.split(' '),
);
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

/** By the lists; of other models nothing is known here. */
export function knowsLanguage({ language, model = 'nova-3' }: LanguageQuestion): LanguageAnswer {
  const { language: code } = languageQuery(language, model);
  const primary = code.split('-', 1)[0]!;
  if (model.startsWith('nova-3')) return { knows: code === 'multi' || NOVA_3.has(primary) ? 'yes' : 'unlisted' };
  if (!model.startsWith('nova-2')) return { knows: 'unlisted' };
  if (code === 'multi' || NOVA_2.has(primary)) return { knows: 'yes' };
  return { knows: 'no', remedy: "Write stt: 'deepgram:nova-3', which knows more languages." };
}

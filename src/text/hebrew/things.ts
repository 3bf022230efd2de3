/** What a number counts: found in the words after it. */
import { NUMERAL } from '../numerals.ts';
import type { Gender } from './cardinal.ts';
import { hasMonth } from './months.ts';
import {
  DUALS,
  FEMININE,
  LABELLED,
  MASCULINE,
  MEASURES,
  NOT_NOUNS,
  SECOND_HALVES,
  SINGULAR_ABOVE_TEN,
} from './nouns.ts';
import { MEASURES_BY_SIGN, type Measure } from './units.ts';

export interface Thing {
  readonly gender: Gender;
  readonly one?: string | undefined;
  /** Two to ten of it. Empty when the words after the number are left where they are. */
  readonly few: string;
  readonly many: string;
  readonly dual?: string | undefined;
  readonly definite?: boolean;
  /** The number is not bound to what follows: שתיים מהדירות, שניים בדצמבר. */
  readonly loose?: boolean;
  readonly cents?: Measure['cents'];
  /** How many of the characters after the number it takes. */
  readonly taken: number;
}

interface Noun {
  readonly gender: Gender;
  readonly one: string;
  readonly many: string;
  readonly plural: boolean;
}

/** Where both genders have the same plural, as לקוחות has, it is taken for the masculine. */
const NOUNS: ReadonlyMap<string, Noun> = new Map([...entries(FEMININE, 'f'), ...entries(MASCULINE, 'm')]);

function entries(list: string, gender: Gender): [string, Noun][] {
  return list
    .trim()
    .split(/[|\n]/)
    .flatMap((line) => {
      const [one = '', many = '', bound] = line.trim().split(' ');
      const noun = { gender, one, many };
      const plurals = [...new Set([many, bound ?? many])].filter((form) => form !== one);
      return [
        [one, { ...noun, plural: false }] as [string, Noun],
        ...plurals.map((form): [string, Noun] => [form, { ...noun, plural: true }]),
      ];
    });
}

const WORD = /^[ \u00a0]([\u05b0-\u05c7א-ת'׳"״]{2,30})/;
const SIGN =
  /^[ \u00a0]?(%|₪|\$|€|£|°C?|ש["״”]ח|שח|מ["״”]ר|ק["״”]מ|ק["״”]ג|ס["״”]מ|מ["״”]מ|מ["״”][לג]|קמ["״”]ש|גר['׳’]|מ['׳’]|דק['׳’]|שע['׳’]|יח['׳’]|אג['׳’]|NIS|ILS|USD|EUR|GBP|m²|sqm|km\/h|km|kg|cm|mm|GB|MB|g|m)(?![\p{L}\d])/u;
const PREFIX = '(?:[הבלמכ]{1,2}[-־]?)?';
/** From one number to the next, which counts the same thing: "2 או 3 דירות", "בין 3 ל-4 חדרים". */
const NEXT_NUMBER = new RegExp(
  `^(?:, (?=[^.!?]{0,20} (?:או|ו))|[ ]?[-–—][ ]?| (?:או|עד|על|×) ${PREFIX}| [ולה]{1,2}[-־]?)(?:${NUMERAL})`,
);
/** A noun that is itself followed by a number or by a letter with geresh is a label: "דירה 3", "בניין ב'". */
const LABEL_VALUE = /^ (?:\d|[א-ת]['׳](?![א-ת]))/;

/** What a number counts, by the text after it; nothing when it counts nothing. */
export function thingAfter(after: string, value: number, depth = 0): Thing | undefined {
  const found = signAfter(after) ?? monthAfter(after, value) ?? nounAfter(after, value);
  if (found || depth > 3) return found;
  const next = NEXT_NUMBER.exec(after);
  if (!next) return undefined;
  const far = thingAfter(after.slice(next[0].length), 3, depth + 1);
  return far && { gender: far.gender, few: '', many: '', loose: true, taken: 0 };
}

function signAfter(after: string): Thing | undefined {
  const match = SIGN.exec(after);
  return match ? thingOfSign(match[1]!, match[0].length) : undefined;
}

export function thingOfSign(sign: string, taken: number): Thing {
  return { ...MEASURES_BY_SIGN[sign.replace(/["״”]/, '"').replace(/['׳’]/, "'")]!, taken };
}

function monthAfter(after: string, value: number): Thing | undefined {
  const day = Number.isInteger(value) && value >= 1 && value <= 31 && hasMonth(after);
  return day ? { gender: 'm', few: '', many: '', loose: true, taken: 0 } : undefined;
}

function nounAfter(after: string, value: number): Thing | undefined {
  const written = WORD.exec(after);
  if (!written) return undefined;
  const word = written[1]!;
  const plain = bare(word);
  const taken = written[0].length;
  const whole = NOUNS.get(plain);
  if (whole?.plural) return pluralThing(whole, word, taken);
  if (whole) return singularThing(whole, word, after.slice(taken), { value, taken });
  const definite = plain.startsWith('ה') ? NOUNS.get(plain.slice(1)) : undefined;
  if (definite?.plural) return { ...pluralThing(definite, word, taken), dual: undefined, definite: true };
  const partOf = plain.startsWith('מה') ? NOUNS.get(plain.slice(2)) : undefined;
  if (partOf?.plural) return { gender: partOf.gender, few: '', many: '', loose: true, taken: 0 };
  return guessed(plain, word, taken);
}

function pluralThing({ gender, one, many }: Noun, word: string, taken: number): Thing {
  const asListed = bare(word) === many;
  return { gender, one, few: word, many: word, dual: asListed ? DUALS[one] : undefined, taken };
}

/** A singular is counted when it is one of it or a part of it, when it is a measure, or above ten by custom. */
function singularThing(
  noun: Noun,
  word: string,
  rest: string,
  { value, taken }: { readonly value: number; readonly taken: number },
): Thing | undefined {
  const base = { gender: noun.gender, one: word, few: word, many: word, taken };
  if (value === 1) {
    if (LABEL_VALUE.test(rest)) return undefined;
    const second = WORD.exec(rest);
    if (!second || !SECOND_HALVES.has(bare(second[1]!))) return base;
    return { ...base, one: word + second[0], taken: taken + second[0].length };
  }
  if (value < 1) return base;
  if (value <= 10) return MEASURES.has(noun.one) || noun.many === noun.one ? { ...base, few: noun.many } : undefined;
  if (LABEL_VALUE.test(rest)) return undefined;
  return noun.gender === 'f' || SINGULAR_ABOVE_TEN.has(noun.one) ? { ...base, few: noun.many } : undefined;
}

/** A noun that is not listed: plurals in ות are mostly feminine, those in ים masculine. */
function guessed(plain: string, word: string, taken: number): Thing | undefined {
  if (plain.length < 4 || NOT_NOUNS.has(plain)) return undefined;
  if (/^[בלמכשו]/.test(plain) && NOUNS.has(plain.replace(/^..?(?=..)/, (cut) => (cut[1] === 'ה' ? '' : cut.slice(1)))))
    return undefined;
  const gender = /ות$/.test(plain) ? 'f' : /ים$/.test(plain) ? 'm' : undefined;
  return gender && { gender, few: word, many: word, taken };
}

/** The gender of the noun that the text ends with, such as הקומה or בפעם; nothing when it ends with no noun. */
export function genderBefore(before: string): Gender | undefined {
  const word = /([א-ת\u05b0-\u05c7"'״׳]{2,20}) $/.exec(before)?.[1];
  if (word === undefined) return undefined;
  const plain = bare(word);
  for (let cut = 0; cut <= 3; cut++) {
    if (cut > 0 && !/[ושהבלמכ]/.test(plain[cut - 1] ?? '')) break;
    const noun = NOUNS.get(plain.slice(cut));
    if (noun) return noun.plural ? undefined : noun.gender;
  }
  if (plain === 'הולדת') return 'm';
  if (!plain.startsWith('ה')) return undefined;
  return /[הת]$/.test(plain) ? 'f' : 'm';
}

/** Whether the text ends with a noun that numbers name rather than count: "קומה 1". */
export function isLabelled(before: string): boolean {
  const word = /([א-ת]{2,20})[ :]+$/.exec(before)?.[1] ?? '';
  return [0, 1, 2].some((cut) => /^[ושהבלמכ]*$/.test(word.slice(0, cut)) && LABELLED.has(word.slice(cut)));
}

/** A word without its points, with ASCII quotes. */
function bare(word: string): string {
  return word
    .replace(/[\u0591-\u05c7]/g, '')
    .replaceAll('׳', "'")
    .replaceAll('״', '"');
}

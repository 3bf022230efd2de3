import type { FlowLanguage } from '../definition.ts';
import { asBare } from '../phrase.ts';
import type { Token } from '../text.ts';

/** A number word by what it may stand next to. `and` marks one that is joined on by "and" or the Hebrew vav. */
export interface NumberWord {
  readonly role: 'unit' | 'teen' | 'tens' | 'hundred' | 'hundreds' | 'scale' | 'fraction' | 'digits';
  readonly value: number;
  readonly and: boolean;
}

type Lexicon = Readonly<Record<string, readonly [role: NumberWord['role'], value: number]>>;

const EN_UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;
const EN_TEENS = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
] as const;
const EN_TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;

/** The feminine forms count hours and digits, the masculine ones most things; the construct ones stand before a noun. */
const HE_UNITS: readonly (readonly string[])[] = [
  ['אפס'],
  ['אחת', 'אחד'],
  ['שתיים', 'שתים', 'שניים', 'שנים', 'שני', 'שתי'],
  ['שלוש', 'שלושה', 'שלושת', 'שלש', 'שלשה'],
  ['ארבע', 'ארבעה', 'ארבעת'],
  ['חמש', 'חמישה', 'חמשה', 'חמשת', 'חמישית'],
  ['שש', 'שישה', 'ששה', 'ששת', 'שישה'],
  ['שבע', 'שבעה', 'שבעת'],
  ['שמונה', 'שמונת'],
  ['תשע', 'תשעה', 'תשעת'],
];
const HE_TENS = ['עשרים', 'שלושים', 'ארבעים', 'חמישים', 'שישים', 'שבעים', 'שמונים', 'תשעים'] as const;

const LEXICON: Readonly<Record<FlowLanguage, Lexicon>> = {
  en: {
    ...entries(EN_UNITS, (_, index) => ['unit', index]),
    ...entries(EN_TEENS, (_, index) => ['teen', 10 + index]),
    ...entries(EN_TENS, (_, index) => ['tens', 20 + 10 * index]),
    hundred: ['hundred', 100],
    thousand: ['scale', 1000],
    grand: ['scale', 1000],
    million: ['scale', 1_000_000],
    half: ['fraction', 0.5],
    quarter: ['fraction', 0.25],
  },
  he: {
    ...Object.fromEntries(HE_UNITS.flatMap((forms, value) => forms.map((form) => [form, ['unit', value] as const]))),
    ...entries(HE_TENS, (_, index) => ['tens', 20 + 10 * index]),
    עשר: ['teen', 10],
    עשרה: ['teen', 10],
    עשרת: ['teen', 10],
    מאה: ['hundred', 100],
    מאות: ['hundred', 100],
    מאתיים: ['hundreds', 200],
    אלף: ['scale', 1000],
    אלפים: ['scale', 1000],
    אלפיים: ['hundreds', 2000],
    מיליון: ['scale', 1_000_000],
    מליון: ['scale', 1_000_000],
    מיליונים: ['scale', 1_000_000],
    חצי: ['fraction', 0.5],
    רבע: ['fraction', 0.25],
  },
};

function entries(
  words: readonly string[],
  entry: (word: string, index: number) => readonly [NumberWord['role'], number],
): Lexicon {
  return Object.fromEntries(words.map((word, index) => [word, entry(word, index)]));
}

/** The token as a number word; `first` allows the Hebrew prefixes that may stand before a number, not inside one. */
export function numberWord(token: Token, language: FlowLanguage, first: boolean): NumberWord | undefined {
  const { text } = token;
  if (/^\d+(?:\.\d+)?$/u.test(text)) return { role: 'digits', value: Number(text), and: false };
  const short = /^(\d+(?:\.\d+)?)([km])$/u.exec(text);
  if (short) return { role: 'digits', value: Number(short[1]) * (short[2] === 'k' ? 1000 : 1_000_000), and: false };
  const lexicon = LEXICON[language];
  const own = lookup(lexicon, text);
  if (own) return { role: own[0], value: own[1], and: false };
  if (language === 'en') return undefined;
  const joined = asBare(text, (form) => lookup(lexicon, form), first ? 'ובלכמה' : 'ו');
  return joined && { role: joined[0], value: joined[1], and: text.startsWith('ו') };
}

function lookup(lexicon: Lexicon, word: string): Lexicon[string] | undefined {
  return Object.hasOwn(lexicon, word) ? lexicon[word] : undefined;
}

/** The word for 0 to 99 in English, as a recogniser's grammar and read-backs spell it. */
export function englishNumber(value: number): string {
  if (value < 10) return EN_UNITS[value]!;
  if (value < 20) return EN_TEENS[value - 10]!;
  const tens = EN_TENS[Math.floor(value / 10) - 2]!;
  return value % 10 === 0 ? tens : `${tens} ${EN_UNITS[value % 10]!}`;
}

/** The word for 0 to 99 in Hebrew, in the feminine form that counts hours, minutes and digits. */
export function hebrewNumber(value: number): string {
  const unit = HE_UNITS[value % 10]![0]!;
  if (value < 10) return unit;
  if (value === 10) return 'עשר';
  // Only twelve has the short form: "שתים עשרה", not "שתיים עשרה".
  if (value < 20) return `${value === 12 ? 'שתים' : unit} עשרה`;
  const tens = HE_TENS[Math.floor(value / 10) - 2]!;
  return value % 10 === 0 ? tens : `${tens} ו${unit}`;
}

/** Every number that is left once dates, times and telephone numbers have been read, with what it counts. */
import { NUMERAL, type Numeral, parseNumeral, scaled, valueOfNumeral } from '../numerals.ts';
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { afterPoint, cardinal, counting, type Gender, ordinal } from './cardinal.ts';
import { genderBefore, isLabelled, type Thing, thingAfter, thingOfSign } from './things.ts';

const PATTERN = new RegExp(
  String.raw`(?<![\p{L}\p{M}\d"'])(?:(?<prefix>[ושהבלמכ]{1,4})[-־–]?)?(?<sign>[₪$€£])?(?:(?<=^|[\s(])(?<minus>[-−])(?=\d))?` +
    `(?<first>${NUMERAL})(?:(?: ?(?<inner>[₪$€£]))? ?[-–—־] ?(?:[₪$€£] ?)?(?<second>${NUMERAL}))?`,
  'gu',
);
/** Words that look like prefixes of a number. */
const WORDS = new Set(['של', 'כל', 'לכל', 'בכל', 'מכל', 'וכל', 'שכל', 'לה', 'בה', 'כמה', 'מה']);
const FRACTION = /^\/([2-9]|10)(?![\d/.])/;
const SCALE = /^ ?(אלף|אלפים|מיליון|מיליארד|K|M)(?![\p{L}\d])/u;
const ZEROS: Readonly<Record<string, number>> = { אלף: 3, אלפים: 3, K: 3, מיליון: 6, M: 6, מיליארד: 9 };

export function readNumbers(text: string): string {
  return rewrite(text, PATTERN, sayNumber);
}

function sayNumber(found: Found): Said | undefined {
  const { prefix = '', sign, minus, first = '0', inner, second } = found.match.groups ?? {};
  const said = sayAmount(found, { sign: sign ?? inner, first, second, prefix, negative: minus !== undefined });
  if (!said) return undefined;
  const lead = WORDS.has(prefix) && !/^מה-/.test(found.match[0]) ? `${prefix} ` : prefix;
  // A house may have a letter: "הרצל 12ב".
  const tail = !said.taken && /^[א-ת]/.test(found.after) ? ' ' : '';
  return { ...said, text: lead + (minus ? 'מינוס ' : '') + said.text + tail };
}

interface Amount {
  readonly sign: string | undefined;
  readonly first: string;
  readonly second: string | undefined;
  readonly prefix: string;
  readonly negative: boolean;
}

function sayAmount(found: Found, amount: Amount): Said | undefined {
  const { sign, first, second } = amount;
  const { after } = found;
  const number = parseNumeral(second ?? first);
  const fraction = second === undefined && number.fraction === '' ? FRACTION.exec(after) : null;
  if (fraction) {
    const said = sayFraction(number.whole, Number(fraction[1]));
    if (said) return { text: said, taken: fraction[0].length };
  }
  const scale = SCALE.exec(after);
  const rest = scale ? after.slice(scale[0].length) : after;
  const next = thingAfter(rest, scale ? 1000 : valueOfNumeral(number));
  const thing = sign && !isSign(rest) ? thingOfSign(sign, 0) : next;
  if (!scale && !thing && /^\p{Script=Latin}/u.test(after)) return undefined;
  const taken = (scale?.[0].length ?? 0) + (thing?.taken ?? 0);
  if (second !== undefined) return { text: sayRange(parseNumeral(first), number, { thing, scale: scale?.[1] }), taken };
  if (scale) return { text: withNoun(sayScaled(number, scale[1]!), thing), taken };
  if (!thing) return { text: sayAlone(number, found.before, amount) };
  const label = first === '1' && isLabelled(found.before);
  return label ? { text: cardinal(1) } : { text: count(number, thing), taken: thing.taken };
}

/** A number that counts nothing: a place in a row ("הקומה ה-2"), the first floor, or just a number. */
function sayAlone(number: Numeral, before: string, { first, prefix, negative }: Amount): string {
  const gender = prefix.endsWith('ה') && number.fraction === '' ? genderBefore(before) : undefined;
  if (gender) return ordinal(number.whole, gender);
  if (first !== '1' || negative) return count(number, undefined);
  if (/קומה $/.test(before)) return 'ראשונה';
  // One is the only number that people also say after its noun: "כדור 1 ביום".
  return cardinal(1, isLabelled(before) ? 'f' : genderBefore(before));
}

const isSign = (text: string): boolean => /^ ?[₪$€£]/.test(text);

/** A number with the thing it counts. */
function count(number: Numeral, thing: Thing | undefined): string {
  const { whole, fraction } = number;
  const gender = thing?.gender ?? 'f';
  if (!thing || thing.loose) return withFraction(cardinal(whole, gender), number, gender);
  if (thing.cents && fraction.length === 2) return sayMoney(number, thing);
  const part = PARTS[fraction.replace(/0+$/, '')];
  if (fraction !== '' && Number(fraction) > 0 && !part)
    return `${cardinal(whole)} נקודה ${afterPoint(fraction)} ${thing.few}`;
  const { one } = thing;
  if (!part) return countWhole(whole, thing);
  if (whole === 0) return `${part.alone} ${one ?? thing.many}`;
  if (whole === 1)
    return one === undefined ? `${cardinal(1, gender)} ${part.after} ${thing.many}` : `${one} ${part.after}`;
  return `${countWhole(whole, thing)} ${part.after}`;
}

function countWhole(whole: number, thing: Thing): string {
  if (whole === 1 && thing.one !== undefined) return `${thing.one} ${cardinal(1, thing.gender)}`;
  if (whole === 2 && thing.dual !== undefined) return thing.dual;
  const noun = whole > 1 && whole <= 10 ? thing.few : thing.many;
  return `${counting(whole, thing.gender, thing.definite)} ${noun}`;
}

const PARTS: Readonly<Record<string, { readonly alone: string; readonly after: string }>> = {
  5: { alone: 'חצי', after: 'וחצי' },
  25: { alone: 'רבע', after: 'ורבע' },
  75: { alone: 'שלושת רבעי', after: 'ושלושה רבעים' },
};

/** A number that counts nothing named: only the half has a word of its own, since 3.25 is no quarter of anything. */
function withFraction(whole: string, { whole: value, fraction }: Numeral, gender: Gender): string {
  if (fraction === '') return whole;
  if (fraction === '5' && value > 0) return `${whole} וחצי`;
  return `${gender === 'f' ? whole : cardinal(value)} נקודה ${afterPoint(fraction)}`;
}

function sayMoney({ whole, fraction }: Numeral, thing: Thing): string {
  const value = Number(fraction);
  const { cents } = thing;
  const small = value === 1 ? cents!.one : `${counting(value, cents!.gender)} ${cents!.many}`;
  if (value === 0) return countWhole(whole, thing);
  return whole === 0 ? small : `${countWhole(whole, thing)} ו${small}`;
}

function sayScaled(number: Numeral, word: string | undefined): string {
  const zeros = ZEROS[word ?? ''] ?? 3;
  if (zeros > 3 && number.fraction === '5') {
    const name = zeros === 6 ? 'מיליון' : 'מיליארד';
    if (number.whole === 0) return `חצי ${name}`;
    return number.whole === 1 ? `${name} וחצי` : `${cardinal(number.whole, 'm')} וחצי ${name}`;
  }
  const value = scaled(number, zeros);
  return value === undefined
    ? `${cardinal(number.whole)} נקודה ${afterPoint(number.fraction)} ${word}`
    : cardinal(value, 'm');
}

const withNoun = (number: string, thing: Thing | undefined): string =>
  thing === undefined || thing.loose ? number : `${number} ${thing.many}`;

function sayRange(
  first: Numeral,
  second: Numeral,
  { thing, scale }: { readonly thing: Thing | undefined; readonly scale: string | undefined },
): string {
  const gender = thing?.gender ?? 'f';
  const start = withFraction(cardinal(first.whole, gender), first, gender);
  if (scale) {
    const from = first.fraction === '' ? start : sayScaled(first, scale);
    return `${from} עד ${withNoun(sayScaled(second, scale), thing)}`;
  }
  if (valueOfNumeral(first) >= valueOfNumeral(second)) return `${start} ${count(second, thing)}`;
  const oneToTwo = first.whole === 1 && second.whole === 2 && first.fraction + second.fraction === '';
  if (oneToTwo && thing?.one !== undefined && !thing.loose) {
    if (thing.dual !== undefined) return `${thing.one} עד ${thing.dual}`;
    return `${thing.one} ${cardinal(1, gender)} עד ${cardinal(2, gender)}`;
  }
  return `${start} עד ${count(second, thing)}`;
}

const FRACTION_NAMES: Readonly<Record<number, readonly [string, string]>> = {
  2: ['חצי', 'חצאים'],
  3: ['שליש', 'שלישים'],
  4: ['רבע', 'רבעים'],
  5: ['חמישית', 'חמישיות'],
  6: ['שישית', 'שישיות'],
  8: ['שמינית', 'שמיניות'],
  10: ['עשירית', 'עשיריות'],
};

function sayFraction(part: number, whole: number): string | undefined {
  const names = FRACTION_NAMES[whole];
  if (!names || part === 0 || part >= whole) return undefined;
  return part === 1 ? names[0] : `${counting(part, whole <= 4 ? 'm' : 'f')} ${names[1]}`;
}

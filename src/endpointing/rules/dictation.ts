/** Digits one by one: how many there are and how many there must be. */
import type { Lexicon } from '../lexicon.ts';
import { type Dictation, dictationAtEnd } from '../number-words.ts';
import { beforeTails, contains } from '../phrases.ts';
import type { EndpointQuestion, Finding } from '../question.ts';
import type { Utterance } from '../utterance.ts';

/** Fewer digits than this are surely not all, when nobody knows how many are to come. */
const LIKELY_LENGTH = 7;
/** Telephone numbers of any country: E.164 allows 15 digits; the shortest with a country code have about 11. */
/** And the centuries of years, which are said in pairs as well, are below it. */
const LAST_HOUR = 24;
const INTERNATIONAL = { shortest: 11, longest: 15 };

export function dictationRule({ words }: Utterance, question: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const { numbers } = lexicon;
  const end = beforeTails(words, lexicon.fillers);
  const dictation = dictationAtEnd(words.slice(0, end), numbers);
  if (!dictation) return undefined;
  const kind = kindOf(words.slice(0, dictation.from), dictation, question, lexicon);
  if (kind === 'none') return undefined;
  if (question.expectedDigits !== undefined && kind === 'digits')
    return counted(dictation.digits, question.expectedDigits);
  if (kind === 'phone') return phoneFinding(dictation, question.language);
  return anyLength(dictation, question.language);
}

function kindOf(
  before: readonly string[],
  { digits, groups, singles }: Dictation,
  { expects }: EndpointQuestion,
  { numbers }: Lexicon,
): 'phone' | 'digits' | 'none' {
  if (expects === 'phone' || expects === 'digits') return expects;
  if (expects !== 'open') return 'none';
  if (contains(before, numbers.phoneCues)) return 'phone';
  if (contains(before, numbers.digitCues) || singles >= 3) return 'digits';
  // Nothing but two digits or more, one by one: whoever answers with a number says it as one.
  if (before.length === 0 && (singles >= 2 || isInPairs(groups))) return 'digits';
  // A figure that begins like a number of a mobile telephone and is as long as its first group.
  return /^05\d/.test(digits) ? 'phone' : 'none';
}

/** "Fifty two, thirty three": the first of them is neither an hour nor a century. */
function isInPairs(groups: Dictation['groups']): boolean {
  return groups.length >= 2 && groups.every(({ length }) => length === 2) && Number(groups[0]) > LAST_HOUR;
}

function counted(digits: string, needed: number): Finding {
  const reason = `digits-${digits.length}-of-${needed}`;
  if (digits.length === needed) return { wait: 'certain', reason };
  if (digits.length > needed) return { wait: 'digits-perhaps-all', reason };
  return { wait: needed - digits.length === 1 ? 'nearly-dictated' : 'dictated', reason };
}

function phoneFinding({ digits, plus }: Dictation, language: string): Finding {
  const needed = phoneLength(digits, plus, language);
  if (needed !== undefined) return counted(digits, needed);
  const { shortest, longest } = INTERNATIONAL;
  const wait = digits.length < shortest || digits.length > longest ? 'dictated' : 'digits-perhaps-all';
  return { wait, reason: `digits-${digits.length}-international` };
}

/** Digits of a telephone number that begins so; undefined for the countries whose plans are not in here. */
function phoneLength(digits: string, plus: boolean, language: string): number | undefined {
  if (plus || digits.startsWith('00')) return internationalLength(digits);
  if (digits.startsWith('972') && digits.length > 4) return internationalLength(digits);
  if (/^en-(?:gb|ie)$/i.test(language)) return digits.startsWith('0') ? 11 : 10;
  // Israel: 05x and 07x have ten digits, the other area codes one less; 1-700 and 1-800 ten.
  if (/^0[234689]/.test(digits)) return 9;
  if (digits.startsWith('0')) return 10;
  if (isHebrew(language)) return digits.startsWith('1') ? 10 : 9;
  // North America: ten digits, with the country code eleven.
  return digits.startsWith('1') ? 11 : 10;
}

function internationalLength(digits: string): number | undefined {
  const prefix = digits.startsWith('00') ? 2 : 0;
  const rest = digits.slice(prefix);
  if (rest.startsWith('1')) return prefix + 11;
  if (rest.startsWith('44')) return prefix + 12;
  if (rest.startsWith('972')) return prefix + (/^972[234689]/.test(rest) ? 11 : 12);
  return undefined;
}

/** The first group of nearly everything that is dictated. */
const FIRST_GROUP = 3;
/** Telephone numbers have ten or eleven digits; with more it is a card, and they have sixteen. */
const TELEPHONES: ReadonlySet<number> = new Set([10, 11]);
const CARD_FROM = 11;
const CARD = 16;

/** Nobody said how many: an Israeli identity number has nine, a card sixteen. */
function anyLength({ digits }: Dictation, language: string): Finding {
  const reason = `digits-${digits.length}`;
  const isWhole = digits.length === CARD || (digits.length === 9 && isHebrew(language)) || /^05\d{8}$/.test(digits);
  if (isWhole) return { wait: 'answered', reason };
  if (TELEPHONES.has(digits.length)) return { wait: 'request', reason };
  if (digits.length > CARD_FROM && digits.length < CARD) return { wait: 'dangling', reason };
  if (digits.length >= LIKELY_LENGTH) return { wait: 'digits-perhaps-all', reason };
  return { wait: digits.length > FIRST_GROUP ? 'dangling' : 'announced', reason };
}

const isHebrew = (language: string): boolean => /^(?:he|iw)\b/i.test(language);

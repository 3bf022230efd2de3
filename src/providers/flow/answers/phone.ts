import type { FlowLanguage } from '../definition.ts';
import type { Found } from '../phrase.ts';
import type { Token } from '../text.ts';
import { englishNumber, hebrewNumber, numberWord } from './number-words.ts';

/** Words inside a dictated number that carry no digit. */
const FILLERS: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['dash', 'hyphen', 'and', 'then', 'plus', 'area', 'code', 'um', 'uh'],
  he: ['מקף', 'קו', 'ואז', 'אז', 'פלוס', 'אה', 'ו'],
};
const REPEATS: Readonly<Record<FlowLanguage, Readonly<Record<string, number>>>> = {
  en: { double: 2, triple: 3 },
  he: { פעמיים: 2, כפול: 2 },
};

interface Dictation {
  readonly digits: string;
  readonly to: number;
}

/** Telephone numbers in the utterance; when `strict`, only those that are complete beyond doubt. */
export function findPhones(
  tokens: readonly Token[],
  { language, region, strict }: { readonly language: FlowLanguage; readonly region: string; readonly strict: boolean },
): readonly Found[] {
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; ) {
    const dictation = readDigits(tokens, at, language);
    const value = dictation && parsePhone(dictation.digits, region);
    if (dictation && value !== undefined && !(strict && value.length < 9)) {
      found.push({ value, from: at, to: dictation.to });
    }
    at = dictation ? dictation.to : at + 1;
  }
  return found;
}

/** All digits dictated from `at` on, one by one, in pairs ("fifty two" is 52) or as written. */
function readDigits(tokens: readonly Token[], at: number, language: FlowLanguage): Dictation | undefined {
  let digits = '';
  let to = at;
  let next = at;
  while (next < tokens.length) {
    const read = digitsAt(tokens, next, language);
    if (read) {
      digits += read.digits;
      next = to = read.to;
    } else if (digits !== '' && FILLERS[language].includes(tokens[next]!.text)) next++;
    else break;
  }
  return digits === '' ? undefined : { digits, to };
}

function digitsAt(tokens: readonly Token[], at: number, language: FlowLanguage): Dictation | undefined {
  const { text } = tokens[at]!;
  if (/^[+*]?\d[\d.]*$/u.test(text)) return { digits: text.replaceAll('.', ''), to: at + 1 };
  const times = Object.hasOwn(REPEATS[language], text) ? REPEATS[language][text] : undefined;
  if (times !== undefined) {
    const again = tokens[at + 1] && digitsAt(tokens, at + 1, language);
    return again && again.digits.length === 1 ? { digits: again.digits.repeat(times), to: again.to } : undefined;
  }
  if (language === 'en' && (text === 'oh' || text === 'o')) return { digits: '0', to: at + 1 };
  return pairAt(tokens, at, language);
}

function pairAt(tokens: readonly Token[], at: number, language: FlowLanguage): Dictation | undefined {
  const word = numberWord(tokens[at]!, language, true);
  const after = tokens[at + 1] && numberWord(tokens[at + 1]!, language, false);
  if (!word) return undefined;
  const unitFollows = after?.role === 'unit' && after.value > 0;
  // In Hebrew "fifty two" is written with vav, "fifty, two" without it; in English only the pair is said so.
  if (word.role === 'tens' && unitFollows && (after.and || language === 'en')) {
    return { digits: String(word.value + after.value), to: at + 2 };
  }
  if (word.role === 'unit' && after?.role === 'hundred') return { digits: `${word.value}00`, to: at + 2 };
  const isShort = word.role === 'unit' || word.role === 'teen' || word.role === 'tens';
  return isShort ? { digits: String(word.value), to: at + 1 } : undefined;
}

/**
 * The number in E.164, or as digits where its country is unknown; undefined when it cannot be a telephone number.
 * Israeli lengths: mobile and VoIP 10 digits, geographic 9, 1-800 and 1-700 lines 10, star numbers 4 digits
 * (the numbering plan of the Israeli Ministry of Communications). North America: 10 digits, no leading 0 or 1.
 */
function parsePhone(dictated: string, region: string): string | undefined {
  const digits = dictated.replace(/^00/u, '+').replace(/(?!^)[^\d]/gu, '');
  const israeli = /^(?:\+?972)?0?(5\d{8}|7\d{8}|[23489]\d{7})$/u.exec(digits);
  if (israeli && (region === 'IL' || /^\+?972/u.test(digits)) && /^\+?(?:972|0)/u.test(digits))
    return `+972${israeli[1]}`;
  if (digits.startsWith('+')) return /^\+[1-9]\d{7,14}$/u.test(digits) ? digits : undefined;
  if (region === 'IL') return /^(?:1[78]00\d{6}|\*\d{4})$/u.test(digits) ? digits : undefined;
  if (digits.startsWith('*')) return undefined;
  if (region === 'US' || region === 'CA') {
    const american = /^1?([2-9]\d{9})$/u.exec(digits);
    if (american) return `+1${american[1]}`;
    return /^[2-9]\d{6}$/u.test(digits) ? digits : undefined;
  }
  if (region === 'GB') return /^0[1-9]\d{8,9}$/u.test(digits) ? `+44${digits.slice(1)}` : undefined;
  return /^\d{7,15}$/u.test(digits) ? digits : undefined;
}

/** The number digit by digit in words, in groups with a pause between them, as callers expect a read-back. */
export function speakPhone(value: string, language: FlowLanguage): string {
  if (!/^[+*]?\d+$/u.test(value)) return value;
  const national = value
    .replace(/^\+972/u, '0')
    .replace(/^\+1(?=\d{10}$)/u, '')
    .replace(/^\+44/u, '0');
  const word = language === 'en' ? englishNumber : hebrewNumber;
  const star = national.startsWith('*') ? (language === 'en' ? 'star ' : 'כוכבית ') : '';
  const groups = groupsOf(national.replace(/\D/gu, ''));
  return star + groups.map((group) => [...group].map((digit) => word(Number(digit))).join(' ')).join(', ');
}

function groupsOf(digits: string): readonly string[] {
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest];
}

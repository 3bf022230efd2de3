import type { FlowLanguage, TimeQuestion } from '../definition.ts';
import { type Found, findPhrases, phraseAt, phrasesOf } from '../phrase.ts';
import { type Token, wordsOf } from '../text.ts';
import { readNumber } from './number.ts';
import { englishNumber, hebrewNumber } from './number-words.ts';

type DayPart = 'morning' | 'midday' | 'afternoon' | 'evening' | 'night';

const DAY_PARTS: Readonly<Record<FlowLanguage, ReturnType<typeof phrasesOf>>> = {
  en: [
    ...phrasesOf('morning', ['am', 'a m', 'in the morning', 'morning', 'this morning']),
    ...phrasesOf('afternoon', ['pm', 'p m', 'in the afternoon', 'afternoon', 'this afternoon']),
    ...phrasesOf('evening', ['in the evening', 'evening', 'this evening', 'tonight']),
    ...phrasesOf('night', ['at night']),
  ],
  he: [
    ...phrasesOf('morning', ['בבוקר', 'בוקר', 'לפני הצהריים', 'לפני הצהרים']),
    ...phrasesOf('midday', ['בצהריים', 'בצהרים', 'צהריים']),
    ...phrasesOf('afternoon', ['אחר הצהריים', 'אחרי הצהריים', 'אחר הצהרים', 'אחרי הצהרים', 'אחהצ']),
    ...phrasesOf('evening', ['בערב', 'ערב', 'לפנות ערב']),
    ...phrasesOf('night', ['בלילה', 'לילה']),
  ],
};

/** Times that are one word, and so need no other sign that they are a time. */
const NAMED = {
  en: [...phrasesOf('12:00', ['noon', 'midday']), ...phrasesOf('00:00', ['midnight'])],
  he: [...phrasesOf('12:00', ['בצהריים', 'בצהרים']), ...phrasesOf('00:00', ['חצות'])],
} as const;

/** A clock reading before it is known to be before or after noon. */
interface Reading {
  readonly hour: number;
  readonly minute: number;
  readonly to: number;
  /** Something but the number itself says that it is a time. */
  readonly sure: boolean;
}

interface TimeContext {
  readonly language: FlowLanguage;
  readonly strict: boolean;
}

/** Times in the utterance; when `strict`, a bare "ten" is none, but "at ten", "ten thirty" and "ten a.m." are. */
export function findTimes(question: TimeQuestion, tokens: readonly Token[], context: TimeContext): readonly Found[] {
  const { language, strict } = context;
  const parts = findPhrases(tokens, DAY_PARTS[language], { language, prefixes: 'ו' });
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; ) {
    const reading = readClock(tokens, at, language);
    const part = reading && parts.find((each) => each.from === reading.to);
    if (!reading || (strict && !reading.sure && !part)) {
      at++;
      continue;
    }
    const dayPart = (part ?? parts[0])?.value as DayPart | undefined;
    found.push({ value: resolveHour(reading, dayPart, question.within), from: at, to: part ? part.to : reading.to });
    at = found.at(-1)!.to;
  }
  return found.length > 0 ? found : findPhrases(tokens, NAMED[language], { language, prefixes: 'ו' });
}

function readClock(tokens: readonly Token[], at: number, language: FlowLanguage): Reading | undefined {
  const written = /^(\d{1,2})[:.](\d{2})(am|pm)?$/u.exec(tokens[at]!.text);
  if (written) {
    const suffix = written[3] === 'pm' && Number(written[1]) < 12 ? 12 : 0;
    return clock(Number(written[1]) + suffix, Number(written[2]), { to: at + 1, sure: true });
  }
  const glued = /^(\d{1,2})(am|pm)$/u.exec(tokens[at]!.text);
  if (glued) return clock((Number(glued[1]) % 12) + (glued[2] === 'pm' ? 12 : 0), 0, { to: at + 1, sure: true });
  return language === 'en' ? readEnglish(tokens, at) : readHebrew(tokens, at);
}

function clock(hour: number, minute: number, rest: Pick<Reading, 'to' | 'sure'>): Reading | undefined {
  return hour <= 23 && minute <= 59 && Number.isInteger(hour) ? { hour, minute, ...rest } : undefined;
}

function readEnglish(tokens: readonly Token[], at: number): Reading | undefined {
  const offset = readOffset(tokens, at, 'en', { past: ['past', 'after'], to: ['to', 'of', 'before', 'till'] });
  if (offset) return offset;
  const hour = readHour(tokens, at, 'en');
  if (!hour) return undefined;
  const sure = ['at', 'around', 'about', 'by'].includes(tokens[at - 1]?.text ?? '');
  for (const words of ['oclock', 'o clock'].map(wordsOf)) {
    const length = phraseAt(tokens, hour.to, words, { language: 'en' });
    if (length > 0) return clock(hour.value, 0, { to: hour.to + length, sure: true });
  }
  const oh = ['oh', 'o'].includes(tokens[hour.to]?.text ?? '') ? 1 : 0;
  const minutes = isTwoHours(tokens, { at, to: hour.to }, 'en') ? undefined : readMinutes(tokens, hour.to + oh, 'en');
  if (minutes && (oh === 1 ? minutes.value < 10 : minutes.value >= 10)) {
    return clock(hour.value, minutes.value, { to: minutes.to, sure: true });
  }
  return clock(hour.value, 0, { to: hour.to, sure });
}

/** "Not ten, eleven" corrects an hour; without the pause or the denial it is eleven minutes past ten. */
function isTwoHours(
  tokens: readonly Token[],
  hour: { readonly at: number; readonly to: number },
  language: FlowLanguage,
) {
  if (readHour(tokens, hour.to, language) === undefined) return false;
  const denied = tokens.slice(Math.max(0, hour.at - 2), hour.at).some(({ text }) => text === 'not' || text === 'לא');
  return denied || tokens[hour.to - 1]?.pause === true;
}

function readHebrew(tokens: readonly Token[], at: number): Reading | undefined {
  const offset = readOffset(tokens, at, 'he', { past: ['אחרי'], to: ['ל', 'לפני'] });
  if (offset) return offset;
  const hour = readHour(tokens, at, 'he');
  if (!hour) return undefined;
  const before = tokens[at - 1]?.text ?? '';
  const sure = ['ב', 'בשעה', 'שעה', 'לשעה', 'בסביבות'].includes(before) || /^ב\p{sc=Hebrew}/u.test(tokens[at]!.text);
  const next = tokens[hour.to]?.text ?? '';
  const named = { וחצי: 30, ורבע: 15 }[next];
  if (named !== undefined) return clock(hour.value, named, { to: hour.to + 1, sure: true });
  const joined = next.startsWith('ו');
  const twoHours = !joined && isTwoHours(tokens, { at, to: hour.to }, 'he');
  const minutes = twoHours ? undefined : readMinutes(tokens, hour.to, 'he');
  const isMinutes = minutes && (joined || minutes.value % 5 === 0) && minutes.value >= 5;
  if (isMinutes) {
    const noun = ['דקות', 'דקה'].includes(tokens[minutes.to]?.text ?? '') ? 1 : 0;
    return clock(hour.value, minutes.value, { to: minutes.to + noun, sure: true });
  }
  return clock(hour.value, 0, { to: hour.to, sure });
}

/** "Half past ten", "quarter to ten", "twenty to ten"; in Hebrew the "to" is a prefix of the hour. */
function readOffset(
  tokens: readonly Token[],
  at: number,
  language: FlowLanguage,
  joiners: { readonly past: readonly string[]; readonly to: readonly string[] },
): Reading | undefined {
  const start = tokens[at]!.text === 'a' ? at + 1 : at;
  const named = { half: 30, quarter: 15, רבע: 15, ברבע: 15 }[tokens[start]?.text ?? ''];
  const minutes = named === undefined ? readMinutes(tokens, start, language) : { value: named, to: start + 1 };
  if (!minutes || minutes.value === 0) return undefined;
  const noun = ['minutes', 'דקות'].includes(tokens[minutes.to]?.text ?? '') ? 1 : 0;
  const joiner = tokens[minutes.to + noun]?.text ?? '';
  const glued = language === 'he' && /^ל\p{sc=Hebrew}{2}/u.test(joiner) && joiner !== 'לפני';
  const isTo = glued || joiners.to.includes(joiner);
  if (!isTo && !joiners.past.includes(joiner)) return undefined;
  const hour = readHour(tokens, minutes.to + noun + (glued ? 0 : 1), language);
  if (!hour) return undefined;
  if (!isTo) return clock(hour.value, minutes.value, { to: hour.to, sure: true });
  return clock(hour.value === 0 ? 23 : hour.value - 1, 60 - minutes.value, { to: hour.to, sure: true });
}

interface Count {
  readonly value: number;
  readonly to: number;
}

/** One hour word or number; never two ("four five" is four). */
function readHour(tokens: readonly Token[], at: number, language: FlowLanguage): Count | undefined {
  for (const width of [2, 1]) {
    const read = at < tokens.length && readNumber(tokens.slice(0, at + width), at, language);
    if (!read || !Number.isInteger(read.value)) continue;
    const digits = /^\d+$/u.test(tokens[at]!.text);
    // In words only the twelve hours of a dial are said: "twenty two" is minutes, or a day of the month.
    if (read.value <= (digits ? 23 : 12) && (digits || read.value > 0)) return read;
  }
  return undefined;
}

function readMinutes(tokens: readonly Token[], at: number, language: FlowLanguage): Count | undefined {
  const read = at < tokens.length ? readNumber(tokens.slice(0, at + 2), at, language) : undefined;
  return read && Number.isInteger(read.value) && read.value <= 59 ? read : undefined;
}

function resolveHour({ hour, minute }: Reading, part: DayPart | undefined, within: TimeQuestion['within']): string {
  if (hour > 12 || hour === 0) return format(hour, minute);
  const early = format(hour % 12, minute);
  const late = format((hour % 12) + 12, minute);
  switch (part) {
    case 'morning':
      return early;
    case 'midday':
      return hour >= 10 && hour < 12 ? early : late;
    case 'afternoon':
    case 'evening':
      return late;
    case 'night':
      return hour >= 6 && hour < 12 ? late : early;
    case undefined: {
      // Nobody means three at night; between seven and noon it is the morning.
      const usual = hour >= 7 && hour < 12 ? early : late;
      const other = usual === early ? late : early;
      const fits = (time: string) => !within || (time >= within.from && time <= within.to);
      return !fits(usual) && fits(other) ? other : usual;
    }
  }
}

const format = (hour: number, minute: number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** "Ten thirty in the morning", "noon"; Hebrew in the feminine forms of the clock. */
export function speakTime(value: string, language: FlowLanguage): string {
  const match = /^(\d{2}):(\d{2})$/u.exec(value);
  if (!match) return value;
  const hour = Number(match[1]);
  const minute = Number(match[2]);
  const dial = hour % 12 === 0 ? 12 : hour % 12;
  if (language === 'en') {
    if (minute === 0 && dial === 12) return hour === 12 ? 'noon' : 'midnight';
    const minutes = minute === 0 ? '' : minute < 10 ? ` oh ${englishNumber(minute)}` : ` ${englishNumber(minute)}`;
    const part = hour < 12 ? 'in the morning' : hour < 18 ? 'in the afternoon' : 'in the evening';
    return `${englishNumber(dial)}${minutes} ${part}`;
  }
  const minutes = minute === 0 ? '' : minute === 30 ? ' וחצי' : minute === 15 ? ' ורבע' : ` ${hebrewMinutes(minute)}`;
  return `${hebrewNumber(dial)}${minutes} ${hebrewPart(hour)}`;
}

function hebrewMinutes(minute: number): string {
  if (minute === 5) return 'וחמישה';
  if (minute === 10) return 'ועשרה';
  return minute % 10 === 0 || minute < 20 ? `ו${hebrewNumber(minute)}` : hebrewNumber(minute);
}

function hebrewPart(hour: number): string {
  if (hour < 5 || hour >= 22) return 'בלילה';
  if (hour < 12) return 'בבוקר';
  if (hour === 12) return 'בצהריים';
  return hour < 18 ? 'אחר הצהריים' : 'בערב';
}

/** Dates and times: whether the parts that make one are there. */
import type { CalendarWords, Lexicon } from '../lexicon.ts';
import { isNumber, isRound } from '../number-words.ts';
import { contains, headLength, type Phrases } from '../phrases.ts';
import type { Finding } from '../question.ts';

/** In what the caller answered, without greetings and softeners. */
export function dateRule(words: readonly string[], { calendar, numbers }: Lexicon): Finding | undefined {
  if (contains(words, calendar.anyDay) || contains(words, calendar.wholeSpans)) return whole('date');
  const month = placeOf(words, calendar.months, calendar);
  if (month !== undefined) return monthRule(words, month, { calendar, numbers });
  const last = words.at(-1);
  if (placeOf(words, calendar.days, calendar) !== undefined) return whole('date');
  if (placeOf(words, calendar.spans, calendar) !== undefined && words.some((word) => isNumber(word, numbers))) {
    return whole('date');
  }
  if (last !== undefined && /^\d{1,2}[./-]\d{1,2}/.test(last)) return whole('date');
  if (contains(words, calendar.vague)) return { wait: 'plain', reason: 'date-without-day' };
  if (isRound(last, numbers)) return { wait: 'detail', reason: 'number-may-go-on' };
  const isDay = (word: string): boolean => calendar.bare(word).some((bare) => isNumber(bare, numbers));
  if (placeOf(words, calendar.ordinals, calendar) === undefined && !words.some(isDay)) return undefined;
  return { wait: 'fragment', reason: 'date-without-month' };
}

type Dates = Pick<Lexicon, 'calendar' | 'numbers'>;

function monthRule(words: readonly string[], month: number, { calendar, numbers }: Dates): Finding {
  const before = words.slice(0, month);
  const after = words.slice(month + 1);
  const isDay = (word: string): boolean =>
    calendar.bare(word).some((bare) => isNumber(bare, numbers) || calendar.ordinals.all.has(bare));
  if (!before.some(isDay) && !after.some(isDay)) return { wait: 'detail', reason: 'date-without-day' };
  const year = before.some(isDay) ? after.filter(isDay) : after.filter(isDay).slice(1);
  return isYearBegun(year, { calendar, numbers }) ? { wait: 'detail', reason: 'year-not-all' } : whole('date');
}

/** "Nineteen", "two thousand and": a century without its year. */
function isYearBegun(year: readonly string[], { numbers }: Dates): boolean {
  const last = year.at(-1);
  const read = last === undefined ? undefined : numbers.read(last);
  if (!read) return false;
  if (year.length === 1) return read.value < 100;
  return read.role === 'hundreds' || (read.role === 'scale' && read.value === 100);
}

export function timeRule(words: readonly string[], { calendar, numbers }: Lexicon): Finding | undefined {
  if (calendar.isOpenRange(words)) return { wait: 'detail', reason: 'range-without-end' };
  if (contains(words, calendar.anyTime) || contains(words, calendar.partsOfDay)) return whole('time');
  if (placeOf(words, calendar.partsOfDay, calendar) !== undefined) return whole('time');
  const hours = words.filter((word) => calendar.bare(word).some((bare) => isNumber(bare, numbers)));
  if (hours.length === 0) return undefined;
  if (hours.length === 1 && isRound(words.at(-1), numbers)) return { wait: 'detail', reason: 'number-may-go-on' };
  return whole('time');
}

/** "Seven thirty": the tens after an hour are its minutes. */
export const isClockTime = (words: readonly string[], { numbers }: Pick<Lexicon, 'numbers'>): boolean => {
  const hour = numbers.read(words.at(-2) ?? '');
  return (hour?.role === 'digit' || hour?.role === 'teen') && numbers.read(words.at(-1) ?? '')?.role === 'tens';
};

const whole = (what: string): Finding => ({ wait: 'answered', reason: `answers-${what}` });

/** Where one of them stands last, also with a prefix glued to its first word. */
function placeOf(words: readonly string[], set: Phrases, { bare }: CalendarWords): number | undefined {
  for (let at = words.length - 1; at >= 0; at--) {
    if (bare(words[at]!).some((word) => headLength([word, ...words.slice(at + 1, at + 4)], set) > 0)) return at;
  }
  return undefined;
}

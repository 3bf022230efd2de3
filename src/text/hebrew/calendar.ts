/** Dates in figures: the day is masculine and definite, the month has its name, the year is feminine. */
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { cardinal } from './cardinal.ts';
import { MONTHS } from './months.ts';
import { thingAfter } from './things.ts';

const PREFIX = String.raw`(?<![\p{L}\p{M}\d"'./:,$₪€-])(?:([ושהבלמ]{1,3})[-־–]?)?`;
const END = String.raw`(?![\d/]|[.,:-]\d)`;
const ISO = new RegExp(String.raw`${PREFIX}(\d{4})-(\d{2})-(\d{2})${END}`, 'gu');
const FULL = new RegExp(String.raw`${PREFIX}(\d{1,2})([./-])(\d{1,2})\3(\d{4}|\d{2})${END}`, 'gu');
const DAYS = new RegExp(
  String.raw`${PREFIX}(\d{1,2}) ?[-–—] ?(\d{1,2})([./])(\d{1,2})(?:\4(\d{4}|\d{2}))?${END}`,
  'gu',
);
const SHORT = new RegExp(String.raw`${PREFIX}(\d{1,2})([./])(\d{1,2})${END}`, 'gu');
/** Words after which a day and a month with a point between them are no decimal number. */
const DATE_BEFORE = /(?:תאריך|עד|בין|יום [א-ת]{2,6},?|שבת,?) $/;
const DATE_NEAR = /^[^.!?]{1,8}\d{1,2}\.\d{1,2}(?!\d)/;
/** Two-digit years from here on are of the last century. */
const LAST_CENTURY_FROM = 50;

export function readDates(text: string): string {
  const iso = rewrite(text, ISO, ({ match: [, prefix = '', year = '', month = '', day = ''] }) =>
    say(prefix, sayDay(Number(day), Number(month), Number(year))),
  );
  const full = rewrite(iso, FULL, ({ match: [, prefix = '', day = '', , month = '', year = ''] }) =>
    say(prefix, sayDay(Number(day), Number(month), yearOf(year))),
  );
  return rewrite(rewrite(full, DAYS, sayDays), SHORT, sayShort);
}

function sayDays({ match, after }: Found): Said | undefined {
  const [, prefix = '', first = '', last = '', separator = '', month = '', year] = match;
  if (Number(first) >= Number(last)) return undefined;
  if (separator === '.' && year === undefined && (month.length < 2 || thingAfter(after, 3))) return undefined;
  const end = sayDay(Number(last), Number(month), year === undefined ? undefined : yearOf(year));
  return say(prefix, end && `${cardinal(Number(first), 'm')} עד ה${end}`);
}

function sayShort(found: Found): Said | undefined {
  const [, prefix = '', day = '', separator = '', month = ''] = found.match;
  const isDate = separator === '/' ? !isFraction(found) : isDottedDate(found, prefix, month);
  return isDate ? say(prefix, sayDay(Number(day), Number(month))) : undefined;
}

function isFraction({ match: [, prefix = '', part, , whole = ''], after }: Found): boolean {
  if (prefix !== '' || Number(part) >= Number(whole)) return false;
  return ['2', '3', '4'].includes(whole) || /^ (?:מה|של )/.test(after);
}

/** A bare 5.12 is a number; it is a date behind a prefix or a word that asks for one, unless it counts something. */
function isDottedDate({ before, after }: Found, prefix: string, month: string): boolean {
  if (thingAfter(after, 20) || /^ ?(?:אלף|מיליון|מיליארד)/.test(after)) return false;
  if (/[בה]$/.test(prefix)) return true;
  const asked = DATE_BEFORE.test(before);
  if (asked && !/(?:עד|בין) $/.test(before)) return true;
  if (!asked && !/[למ]$/.test(prefix)) return false;
  return month.length === 2 || DATE_NEAR.test(after) || /\d\.\d{1,2}[^.!?]{1,8}$/.test(before);
}

function sayDay(day: number, month: number, year?: number): string | undefined {
  if (month > 12 && day <= 12) return sayDay(month, day, year);
  const name = MONTHS[month - 1];
  if (name === undefined || day < 1 || day > 31) return undefined;
  return `${cardinal(day, 'm')} ב${name}${year === undefined ? '' : ` ${cardinal(year)}`}`;
}

/** The article of the day melts into ב and ל: בחמישה, but מהחמישה. */
function say(prefix: string, day: string | undefined): Said | undefined {
  if (day === undefined) return undefined;
  return { text: /[הבל]$/.test(prefix) ? prefix + day : `${prefix}ה${day}` };
}

function yearOf(written: string): number {
  const year = Number(written);
  if (written.length === 4) return year;
  return year >= LAST_CENTURY_FROM ? 1900 + year : 2000 + year;
}

/** Dates. In figures the month comes first in American English and in no other. */
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { ordinal, year as sayYear } from './cardinal.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const NAME = `(${MONTHS.join('|')}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\\.|(?![a-z])))`;
const YEAR = String.raw`(?:,? (\d{4})(?![\d:,.]\d|\d))?`;
const START = String.raw`(?<![\p{L}\d./:,$€£₪-])`;
const END = String.raw`(?![\d/]|[.:,-]\d)`;
const ISO = new RegExp(String.raw`${START}(\d{4})-(\d{2})-(\d{2})${END}`, 'gu');
const FULL = new RegExp(String.raw`${START}(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})${END}`, 'gu');
const SHORT = new RegExp(String.raw`${START}(\d{1,2})\/(\d{1,2})${END}`, 'gu');
const MONTH_DAY = new RegExp(
  String.raw`${START}${NAME} (\d{1,2})(?:st|nd|rd|th)?(?: ?[-–—] ?(\d{1,2})(?:st|nd|rd|th)?)?(?![\d:%]|[.,]\d|\p{L})${YEAR}`,
  'gu',
);
const DAY_MONTH = new RegExp(
  String.raw`${START}(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? ${NAME}(?!\p{L})${YEAR}`,
  'gu',
);
const WEEKDAY =
  /(?<![\p{L}])(Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.?(?=,? ?[-–—] ?[A-Z][a-z]{2}|, |,? \d| at )/gu;
const WEEKDAY_END = /(?<=day ?[-–—] ?)(Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun)(?![\p{L}])\.?/gu;
/** A day and a month are asked for; elsewhere a small one with a small denominator is a fraction. */
const DATE_BEFORE = /(?:^|[^\p{L}])(?:on|by|until|before|after|since|from|date|\p{Lu}\p{L}{2,5}day,?) $/iu;
const DENOMINATORS = new Set([2, 3, 4, 5, 6, 8, 10, 16]);
const LAST_CENTURY_FROM = 50;

export interface Region {
  readonly monthFirst: boolean;
  readonly british: boolean;
}

export function readDates(text: string, region: Region): string {
  const iso = rewrite(text, ISO, ({ match: [, year, month, day] }) => figures(day, month, { year, region }));
  const full = rewrite(iso, FULL, ({ match: [, first, separator, second, year] }) => {
    const monthFirst = region.monthFirst && separator !== '.';
    return monthFirst ? figures(second, first, { year, region }) : figures(first, second, { year, region });
  });
  const short = rewrite(full, SHORT, (found) => sayShort(found, region));
  const named = rewrite(short, MONTH_DAY, ({ match: [, name = '', day, until, year] }) => {
    const said = sayDate(Number(day), monthOf(name), { year, region: { ...region, monthFirst: true } });
    if (said === undefined) return undefined;
    return { text: until === undefined ? said : said.replace(/(?=,|$)/, ` to ${ordinal(Number(until))}`) };
  });
  const dayFirst = rewrite(named, DAY_MONTH, ({ match: [, day, name = '', year] }) => {
    const said = sayDate(Number(day), monthOf(name), { year, region: { ...region, monthFirst: false } });
    return said === undefined ? undefined : { text: said };
  });
  return readWeekdays(dayFirst);
}

function readWeekdays(text: string): string {
  const full = (short: string): string => DAYS.find((day) => day.startsWith(short))!;
  return text
    .replace(WEEKDAY, (_, short: string) => full(short))
    .replace(WEEKDAY_END, (_, short: string) => full(short))
    .replace(/(?<=day) ?[-–—] ?(?=(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)/g, ' to ');
}

interface DateParts {
  readonly year: string | undefined;
  readonly region: Region;
}

function sayShort({ match: [, first = '', second = ''], before }: Found, region: Region): Said | undefined {
  const isFraction = Number(first) < Number(second) && DENOMINATORS.has(Number(second));
  if ((isFraction && !DATE_BEFORE.test(before)) || `${first}/${second}` === '24/7') return undefined;
  const [day, month] = region.monthFirst ? [second, first] : [first, second];
  return figures(day, month, { year: undefined, region });
}

/** A month above twelve shows that the writer put the day first. */
function figures(day: string | undefined, month: string | undefined, parts: DateParts): Said | undefined {
  const swapped = Number(month) > 12 && Number(day) <= 12;
  const said = swapped ? sayDate(Number(month), Number(day), parts) : sayDate(Number(day), Number(month), parts);
  return said === undefined ? undefined : { text: said };
}

function sayDate(day: number, month: number, { year, region }: DateParts): string | undefined {
  const name = MONTHS[month - 1];
  if (name === undefined || day < 1 || day > 31) return undefined;
  const tail = year === undefined ? '' : `, ${sayYear(yearOf(year), region.british)}`;
  if (!region.monthFirst) return `the ${ordinal(day)} of ${name}${tail}`;
  return `${name} ${region.british ? 'the ' : ''}${ordinal(day)}${tail}`;
}

function monthOf(name: string): number {
  const short = name.slice(0, 3);
  return MONTHS.findIndex((month) => month.startsWith(short)) + 1;
}

function yearOf(written: string): number {
  const year = Number(written);
  if (written.length === 4) return year;
  return year >= LAST_CENTURY_FROM ? 1900 + year : 2000 + year;
}

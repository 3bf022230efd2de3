/** Times of day, on the twelve-hour clock as they are said: 16:45 is רבע לחמש. */
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { cardinal } from './cardinal.ts';
import { thingAfter } from './things.ts';

const PREFIX = String.raw`(?<![\p{L}\p{M}\d"':.])(?:([ושהבלמכ]{1,3})[-־–]?)?`;
const TIME = String.raw`(\d{1,2}):([0-5]\d)(?::[0-5]\d)?(?![\d:])`;
const WITH_COLON = new RegExp(`${PREFIX}${TIME}(?: ?[-–—] ?${TIME})?`, 'gu');
/** After שעה a whole number is an hour, and a point stands for a colon. */
const AFTER_HOUR = /(?<=(?<![א-ת])[ושהבלמכ]{0,3}שעה )(\d{1,2})(?:\.([0-5]\d))?(?![\d.:/-])/g;
/** "ב-10.30": minutes that are no month. */
const WITH_POINT = new RegExp(String.raw`${PREFIX}(?<=[בלמ][-־–]?|עד )(\d{1,2})\.([1-5][05])(?![\d.:/%])`, 'gu');
const PART_OF_DAY = /^ ?,? ?(?:(?:ב|ה|לפנות )?בוקר|[בה]?צהריי?ם|אחרי? ה?צהריי?ם|אחה["״]צ|[בה]ערב|[בה]לילה)/;

export function readTimes(text: string): string {
  const pointed = rewrite(text, WITH_COLON, sayTimes);
  const hours = rewrite(pointed, AFTER_HOUR, (found) => {
    const [, hour = '', minute = '00'] = found.match;
    return thingAfter(found.after, Number(hour)) ? undefined : single(found, '', { hour, minute });
  });
  return rewrite(hours, WITH_POINT, (found) => {
    const [, prefix = '', hour = '', minute = ''] = found.match;
    const counts = Number(minute) <= 12 || thingAfter(found.after, 20);
    return counts ? undefined : single(found, prefix, { hour, minute });
  });
}

interface Written {
  readonly hour: string;
  readonly minute: string;
}

interface Time {
  readonly words: string;
  readonly part: string;
}

function sayTimes(found: Found): Said | undefined {
  const [, prefix = '', hour = '', minute = '', endHour, endMinute] = found.match;
  if (endHour === undefined || endMinute === undefined) return single(found, prefix, { hour, minute });
  const start = sayTime({ hour, minute });
  const end = sayTime({ hour: endHour, minute: endMinute });
  if (!start || !end) return undefined;
  const from = start.part === end.part ? start.words : start.words + start.part;
  return { text: `${prefix}${from} עד ${end.words}${PART_OF_DAY.test(found.after) ? '' : end.part}` };
}

function single({ after }: Found, prefix: string, written: Written): Said | undefined {
  const time = sayTime(written);
  return time && { text: prefix + time.words + (PART_OF_DAY.test(after) ? '' : time.part) };
}

function sayTime({ hour, minute }: Written): Time | undefined {
  const hours = Number(hour) % 24;
  const minutes = Number(minute);
  if (Number(hour) > 24) return undefined;
  if (hours === 0 && minutes === 0) return { words: 'חצות', part: '' };
  const known = hour.length === 2 || hours === 0;
  return { words: face(hours, minutes), part: known ? partOfDay(hours) : '' };
}

/** From six in the morning to six in the evening the hour alone is understood. */
function partOfDay(hour: number): string {
  if (hour >= 6 && hour < 18) return '';
  if (hour >= 18 && hour < 22) return ' בערב';
  return hour === 4 || hour === 5 ? ' בבוקר' : ' בלילה';
}

function face(hour: number, minutes: number): string {
  const name = (value: number): string => cardinal(value % 12 || 12);
  if (minutes === 0) return name(hour);
  if (minutes === 15) return `${name(hour)} ורבע`;
  if (minutes === 30) return `${name(hour)} וחצי`;
  if (minutes === 45) return `רבע ל${name(hour + 1)}`;
  if (minutes === 1) return `${name(hour)} ודקה`;
  if (minutes === 2) return `${name(hour)} ושתי דקות`;
  if (minutes < 20) return `${name(hour)} ו${cardinal(minutes)} דקות`;
  return `${name(hour)} ${minutes === 20 ? 'ו' : ''}${cardinal(minutes)}`;
}

/** Times of day. A time that is written on the 24-hour clock is said on the other, with a.m. or p.m. */
import { type Found, rewrite, type Said } from '../rewrite.ts';
import { cardinal } from './cardinal.ts';

const HALF = String.raw`(?: ?([AaPp])\.? ?[Mm](?:\.(?!\p{L})|(?![\p{L}])))`;
const TIME = String.raw`(\d{1,2})[:.]([0-5]\d)`;
const START = String.raw`(?<![\p{L}\d:.,/$€£₪-])`;
const WITH_MINUTES = new RegExp(
  String.raw`${START}(\d{1,2}):([0-5]\d)(?::[0-5]\d)?(?![\d:])${HALF}?(?: ?[-–—] ?(\d{1,2}):([0-5]\d)(?![\d:])${HALF}?)?`,
  'gu',
);
const WITH_HALF = new RegExp(
  String.raw`${START}(?:${TIME}|(\d{1,2}))${HALF}?(?: ?[-–—] ?(?:${TIME}|(\d{1,2})))?${HALF}`,
  'gu',
);

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly half: string | undefined;
}

export function readTimes(text: string): string {
  const full = rewrite(text, WITH_MINUTES, (found) => {
    const [, hour, minute, half, endHour, endMinute, endHalf] = found.match;
    const start = timeOf(hour, minute, half);
    return say(found, start, endHour === undefined ? undefined : timeOf(endHour, endMinute, endHalf));
  });
  return rewrite(full, WITH_HALF, (found) => {
    const [, hour, minute, lone, half, endHour, endMinute, endLone, last] = found.match;
    const hasEnd = (endHour ?? endLone) !== undefined;
    const start = timeOf(hour ?? lone, minute, hasEnd ? half : (last ?? half));
    return say(found, start, hasEnd ? timeOf(endHour ?? endLone, endMinute, last) : undefined);
  });
}

function timeOf(hour: string | undefined, minute: string | undefined, half: string | undefined): Time {
  return { hour: Number(hour), minute: Number(minute ?? 0), half: half && `${half.toLowerCase()}.m.` };
}

function say({ match: [written], after }: Found, start: Time, end: Time | undefined): Said | undefined {
  if ([start, end].some((time) => time && (time.hour > 24 || (time.half !== undefined && time.hour > 12)))) {
    return undefined;
  }
  const said = end ? sayRange(start, end) : sayTime(start, halfOf(start), true);
  // The point of "p.m." is also that of the sentence.
  if (said.endsWith('.') && !written.endsWith('.') && /^\.(?:\s|$)/.test(after)) return { text: said, taken: 1 };
  return { text: said };
}

function sayRange(start: Time, end: Time): string {
  const endHalf = halfOf(end);
  const startHalf =
    start.half ?? (endHalf !== undefined && end.half === undefined && start.hour < 12 ? 'a.m.' : halfOf(start));
  return `${sayTime(start, startHalf, false)} to ${sayTime(end, endHalf, false)}`;
}

function halfOf({ hour, half }: Time): string | undefined {
  if (half !== undefined) return half;
  if (hour > 12 && hour < 24) return 'p.m.';
  return hour === 0 || hour === 24 ? 'a.m.' : undefined;
}

function sayTime({ hour, minute }: Time, half: string | undefined, alone: boolean): string {
  if (hour % 24 === 0 && minute === 0) return 'midnight';
  const name = cardinal(hour % 12 || 12);
  const tail = half === undefined ? '' : ` ${half}`;
  if (minute === 0) return half === undefined && alone ? `${name} o'clock` : name + tail;
  return `${name} ${minute < 10 ? 'oh ' : ''}${cardinal(minute)}${tail}`;
}

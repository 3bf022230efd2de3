/** English numbers, days and hours. */
import type { CalendarWords, NumberWord, NumberWords } from '../lexicon.ts';
import { phrases } from '../phrases.ts';

const row = (words: string, values: (at: number) => number, role: NumberWord['role']): [string, NumberWord][] =>
  words.split(' ').map((word, at) => [word, { value: values(at), role, and: false }]);

const WORDS: ReadonlyMap<string, NumberWord> = new Map([
  ...row('zero one two three four five six seven eight nine', (at) => at, 'digit'),
  ...row('oh o nought', () => 0, 'digit'),
  ...row('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen', (at) => at + 10, 'teen'),
  ...row('twenty thirty forty fifty sixty seventy eighty ninety', (at) => (at + 2) * 10, 'tens'),
  ...row('hundred thousand million billion', (at) => [100, 1e3, 1e6, 1e9][at]!, 'scale'),
]);

function read(word: string): NumberWord | undefined {
  const known = WORDS.get(word);
  if (known) return known;
  const [tens, unit] = word.split('-').map((part) => WORDS.get(part));
  if (tens?.role !== 'tens' || unit?.role !== 'digit') return undefined;
  return { value: tens.value + unit.value, role: 'teen', and: false };
}

export const numbers: NumberWords = {
  read,
  repeats: { double: 2, triple: 3 },
  separators: phrases('dash, hyphen, and, then, um, uh, and then, space, area code'),
  plus: phrases('plus'),
  phoneCues: phrases(
    'phone number is, phone number, my number is, my number, call me at, call me on, call me back at, reach me at, telephone, mobile, cell, phone is',
  ),
  digitCues: phrases(
    'account number is, account number, order number is, order number, card number, card number is, id number, id number is, id is, the code is, reference number, reference number is, the number is, confirmation number, social security number, zip code',
  ),
  amounts: phrases(
    'just me, only me, just us, just one, a couple, a few, a dozen, both, none, nobody, everyone, myself, the two of us',
  ),
  needsAnd: false,
};

const WEEKDAYS = 'monday, tuesday, wednesday, thursday, friday, saturday, sunday, weekend, christmas, easter, new year';
const MONTHS = 'january, february, march, april, may, june, july, august, september, october, november, december';
const ORDINALS = `first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth,
  eighteenth, nineteenth, twentieth, thirtieth, 1st, 2nd, 3rd, 4th, 5th, 6th, 7th, 8th, 9th, 10th, 11th, 12th, 13th, 14th, 15th, 16th, 17th, 18th, 19th, 20th, 21st, 22nd, 23rd, 24th, 25th, 26th, 27th, 28th, 29th, 30th, 31st`;

export const calendar: CalendarWords = {
  bare: (word) => [word],
  days: phrases(
    WEEKDAYS,
    'mondays, tuesdays, wednesdays, thursdays, fridays, today, tomorrow, tonight, yesterday, the day after tomorrow',
  ),
  months: phrases(MONTHS),
  ordinals: phrases(ORDINALS),
  anyDay: phrases(
    'as soon as possible, asap, any day, anytime, any time, whenever, soonest, earliest, right away, right now, now, the sooner the better, first available, next available',
  ),
  anyTime: phrases(
    'anytime, any time, whenever, noon, midnight, midday, now, right now, all day, any hour, as soon as possible, asap, as early as possible, as late as possible, lunchtime, lunch, half an hour, after work, at night',
  ),
  partsOfDay: phrases(
    "the morning, the afternoon, the evening, morning, afternoon, evening, tonight, am, pm, a.m, p.m, a.m., p.m., o'clock",
  ),
  spans: phrases('day, days, week, weeks, month, months, year, years, fortnight'),
  wholeSpans: phrases(
    'in a week, in a month, in a fortnight, a week from now, in a couple of weeks, in a few days, a week from today',
  ),
  vague: phrases(
    'next week, this week, next month, this month, next year, the week after, end of the month, beginning of the month',
  ),
  isOpenRange: (words) =>
    (words.includes('between') && !words.includes('and')) ||
    (words[0] === 'from' && !['to', 'till', 'until', 'on', 'onwards'].some((end) => words.includes(end))),
};

import type { FlowLanguage } from '../definition.ts';
import { asBare, type Found, findPhrases, phrasesOf } from '../phrase.ts';
import type { Token } from '../text.ts';
import { readNumber } from './number.ts';
import { englishNumber } from './number-words.ts';

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const HEBREW_WEEKDAYS = ['ראשון', 'שני', 'שלישי', 'רביעי', 'חמישי', 'שישי', 'שבת'] as const;
/** The days of the week are also numbered by letter: "יום ב׳". */
const HEBREW_LETTERS = ['א', 'ב', 'ג', 'ד', 'ה', 'ו'] as const;

const MONTHS: Readonly<Record<FlowLanguage, readonly (readonly string[])[]>> = {
  en: [
    ['january', 'jan'],
    ['february', 'feb'],
    ['march', 'mar'],
    ['april', 'apr'],
    ['may'],
    ['june', 'jun'],
    ['july', 'jul'],
    ['august', 'aug'],
    ['september', 'sep', 'sept'],
    ['october', 'oct'],
    ['november', 'nov'],
    ['december', 'dec'],
  ],
  he: [
    ['ינואר'],
    ['פברואר'],
    ['מרץ', 'מרס'],
    ['אפריל'],
    ['מאי'],
    ['יוני'],
    ['יולי'],
    ['אוגוסט'],
    ['ספטמבר'],
    ['אוקטובר'],
    ['נובמבר'],
    ['דצמבר'],
  ],
};
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const RELATIVE = {
  en: [
    ...phrasesOf('today', ['today', 'tonight', 'this afternoon', 'this evening', 'this morning']),
    ...phrasesOf('day-after-tomorrow', ['day after tomorrow', 'the day after tomorrow']),
    ...phrasesOf('tomorrow', ['tomorrow']),
    ...phrasesOf('next-week', ['next week']),
  ],
  he: [
    ...phrasesOf('today', ['היום', 'הערב']),
    ...phrasesOf('tomorrow', ['מחר']),
    ...phrasesOf('day-after-tomorrow', ['מחרתיים']),
    ...phrasesOf('next-week', ['שבוע הבא', 'בשבוע הבא', 'שבוע הקרוב']),
  ],
} as const;

const ORDINALS = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
  'thirteenth',
  'fourteenth',
  'fifteenth',
  'sixteenth',
  'seventeenth',
  'eighteenth',
  'nineteenth',
  'twentieth',
] as const;

interface DateContext {
  readonly language: FlowLanguage;
  readonly strict: boolean;
}

/** Days in the utterance; when `strict`, a Hebrew ordinal needs "יום" before it, for "ראשון" is also the start of a town. */
export function findDates(tokens: readonly Token[], context: DateContext): readonly Found[] {
  const { language } = context;
  const relative = findPhrases(tokens, RELATIVE[language], { language, prefixes: 'ולמב' });
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; ) {
    const phrase = relative.find((each) => each.from === at);
    const read =
      phrase ?? weekdayAt(tokens, at, context) ?? calendarAt(tokens, at, context) ?? spanAt(tokens, at, language);
    if (read) found.push(read);
    at = read ? read.to : at + 1;
  }
  return found;
}

function weekdayAt(tokens: readonly Token[], at: number, context: DateContext): Found | undefined {
  return context.language === 'en' ? englishWeekday(tokens, at) : hebrewWeekday(tokens, at, context.strict);
}

function englishWeekday(tokens: readonly Token[], at: number): Found | undefined {
  const lead = ['next', 'this', 'on', 'coming'].includes(tokens[at]!.text) ? 1 : 0;
  const word = tokens[at + lead]?.text ?? '';
  const day = WEEKDAYS.find((name) => name === word || `${name}s` === word || ABBREVIATIONS[word] === name);
  if (!day) return undefined;
  const week = tokens[at + lead + 1]?.text === 'next' && tokens[at + lead + 2]?.text === 'week' ? 2 : 0;
  const next = tokens[at]!.text === 'next' || week === 2;
  return { value: next ? `next-${day}` : day, from: at, to: at + lead + 1 + week };
}

const ABBREVIATIONS: Readonly<Record<string, (typeof WEEKDAYS)[number]>> = {
  mon: 'monday',
  tue: 'tuesday',
  tues: 'tuesday',
  wed: 'wednesday',
  thu: 'thursday',
  thur: 'thursday',
  thurs: 'thursday',
  fri: 'friday',
};

function hebrewWeekday(tokens: readonly Token[], at: number, strict: boolean): Found | undefined {
  const lead = asBare(tokens[at]!.text, (form) => (form === 'יום' ? 1 : undefined), 'ובלמה') ?? 0;
  const token = tokens[at + lead];
  if (!token) return undefined;
  const index = asBare(token.text, (form) => indexIn(HEBREW_WEEKDAYS, form), lead === 1 ? 'ה' : 'ובלמה');
  const letter = lead === 1 ? indexIn(HEBREW_LETTERS, token.text) : undefined;
  const day = index ?? letter;
  if (day === undefined || (strict && lead === 0 && day !== 6)) return undefined;
  const next = ['הבא', 'הבאה'].includes(tokens[at + lead + 1]?.text ?? '') ? 1 : 0;
  const value = next === 1 ? `next-${WEEKDAYS[day]}` : WEEKDAYS[day]!;
  return { value, from: at, to: at + lead + 1 + next };
}

function indexIn(list: readonly string[], word: string): number | undefined {
  const index = list.indexOf(word);
  return index < 0 ? undefined : index;
}

/** "March 15th", "the fifteenth of March", "15/3", "the fifteenth". */
function calendarAt(tokens: readonly Token[], at: number, { language, strict }: DateContext): Found | undefined {
  const numeric = /^(\d{1,2})([/.])(\d{1,2})(?:[/.]\d{2,4})?$/u.exec(tokens[at]!.text);
  // With a dot it may as well be a time (10.30) or a number of rooms (3.5).
  if (numeric && (numeric[2] === '/' || (language === 'he' && !strict))) {
    // Hebrew writes the day first; English follows American usage and writes the month first.
    const [first, second] = [Number(numeric[1]), Number(numeric[3])];
    const value = language === 'he' ? monthDay(second, first) : (monthDay(first, second) ?? monthDay(second, first));
    return value === undefined ? undefined : { value, from: at, to: at + 1 };
  }
  const month = monthAt(tokens, at, language);
  if (month !== undefined) {
    const the = tokens[at + 1]?.text === 'the' ? 1 : 0;
    const day = language === 'en' ? dayAt(tokens, at + 1 + the, language) : undefined;
    const value = day && monthDay(month, day.value);
    return value === undefined ? undefined : { value, from: at, to: day!.to };
  }
  return dayFirst(tokens, at, { language, strict });
}

function dayFirst(tokens: readonly Token[], at: number, { language, strict }: DateContext): Found | undefined {
  const day = dayAt(tokens, at, language);
  // After the name of a month it is a day that this month does not have.
  if (!day || (language === 'en' && monthAt(tokens, at - 1, language) !== undefined)) return undefined;
  const of = tokens[day.to]?.text === 'of' ? 1 : 0;
  const month = monthAt(tokens, day.to + of, language);
  if (month !== undefined) {
    const value = monthDay(month, day.value);
    return value === undefined ? undefined : { value, from: at, to: day.to + of + 1 };
  }
  const ofMonth = language === 'he' && ['לחודש', 'בחודש'].includes(tokens[day.to]?.text ?? '') ? 1 : 0;
  const onThe = tokens[at - 1]?.text === 'the' && tokens[at - 2]?.text === 'on';
  if (!(day.ordinal && (onThe || !strict)) && ofMonth === 0) return undefined;
  return { value: `day-${day.value}`, from: at, to: day.to + ofMonth };
}

function monthAt(tokens: readonly Token[], at: number, language: FlowLanguage): number | undefined {
  const word = tokens[at]?.text;
  if (word === undefined) return undefined;
  const find = (form: string) => {
    const index = MONTHS[language].findIndex((names) => names.includes(form));
    return index < 0 ? undefined : index + 1;
  };
  return language === 'en' ? find(word) : asBare(word, find, 'בלמ');
}

function monthDay(month: number, day: number): string | undefined {
  const days = DAYS_IN_MONTH[month - 1];
  if (days === undefined || day < 1 || day > days) return undefined;
  return `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

interface DayRead {
  readonly value: number;
  readonly to: number;
  readonly ordinal: boolean;
}

function dayAt(tokens: readonly Token[], at: number, language: FlowLanguage): DayRead | undefined {
  const word = tokens[at]?.text;
  if (word === undefined) return undefined;
  if (language === 'en') {
    const written = /^(\d{1,2})(?:st|nd|rd|th)$/u.exec(word);
    if (written) return inMonth(Number(written[1]), at + 1, true);
    const ordinal = indexIn(ORDINALS, word);
    if (ordinal !== undefined) return inMonth(ordinal + 1, at + 1, true);
    const tens = { twenty: 20, thirty: 30 }[word];
    const unit = indexIn(ORDINALS, tokens[at + 1]?.text ?? '');
    if (tens !== undefined && unit !== undefined && unit < 9) return inMonth(tens + unit + 1, at + 2, true);
    if (word === 'thirtieth') return inMonth(30, at + 1, true);
  }
  const number = readNumber(tokens, at, language);
  return number && Number.isInteger(number.value) ? inMonth(number.value, number.to, false) : undefined;
}

function inMonth(value: number, to: number, ordinal: boolean): DayRead | undefined {
  return value >= 1 && value <= 31 ? { value, to, ordinal } : undefined;
}

/** "In three days", "בעוד שבועיים". */
function spanAt(tokens: readonly Token[], at: number, language: FlowLanguage): Found | undefined {
  const lead = language === 'en' ? ['in'] : ['בעוד', 'עוד'];
  if (!lead.includes(tokens[at]!.text)) return undefined;
  const dual = { יומיים: 'in-2-days', שבועיים: 'in-2-weeks', שבוע: 'in-1-weeks' }[tokens[at + 1]?.text ?? ''];
  if (dual !== undefined) return { value: dual, from: at, to: at + 2 };
  const one = language === 'en' && tokens[at + 1]?.text === 'a';
  const count = one ? { value: 1, to: at + 2 } : tokens[at + 1] && readNumber(tokens, at + 1, language);
  const unit =
    count &&
    { day: 'days', days: 'days', week: 'weeks', weeks: 'weeks', ימים: 'days', שבועות: 'weeks' }[
      tokens[count.to]?.text ?? ''
    ];
  if (!count || unit === undefined || !Number.isInteger(count.value) || count.value < 1) return undefined;
  return { value: `in-${count.value}-${unit}`, from: at, to: count.to + 1 };
}

/** The day as an adverb: "on Tuesday", "tomorrow", "on March 15th". */
export function speakDate(value: string, language: FlowLanguage): string {
  const next = value.startsWith('next-') ? value.slice(5) : undefined;
  const weekday = WEEKDAYS.findIndex((day) => day === (next ?? value));
  const span = /^in-(\d+)-(days|weeks)$/u.exec(value);
  const day = /^(?:(\d{2})|day)-(\d{1,2})$/u.exec(value);
  if (weekday >= 0) return speakWeekday(weekday, next !== undefined, language);
  if (day) return speakDay(day[1] === undefined ? undefined : Number(day[1]), Number(day[2]), language);
  if (span) return speakSpan(Number(span[1]), span[2] === 'weeks', language);
  return SPOKEN[language][value] ?? value;
}

const SPOKEN: Readonly<Record<FlowLanguage, Readonly<Record<string, string>>>> = {
  en: {
    today: 'today',
    tomorrow: 'tomorrow',
    'day-after-tomorrow': 'the day after tomorrow',
    'next-week': 'next week',
  },
  he: { today: 'היום', tomorrow: 'מחר', 'day-after-tomorrow': 'מחרתיים', 'next-week': 'בשבוע הבא' },
};

function speakWeekday(index: number, next: boolean, language: FlowLanguage): string {
  if (language === 'en') {
    const name = WEEKDAYS[index]!.replace(/^./u, (letter) => letter.toUpperCase());
    return next ? `next ${name}` : `on ${name}`;
  }
  const isSabbath = index === 6;
  const name = isSabbath ? 'בשבת' : `ביום ${HEBREW_WEEKDAYS[index]}`;
  return next ? `${name} ${isSabbath ? 'הבאה' : 'הבא'}` : name;
}

function speakDay(month: number | undefined, day: number, language: FlowLanguage): string {
  if (language === 'he') return month === undefined ? `ב-${day} לחודש` : `ב-${day} ב${MONTHS.he[month - 1]![0]}`;
  const name = month === undefined ? undefined : MONTHS.en[month - 1]![0]!.replace(/^./u, (m) => m.toUpperCase());
  return name === undefined ? `on the ${ordinal(day)}` : `on ${name} ${ordinal(day)}`;
}

function ordinal(day: number): string {
  if (day <= 20) return ORDINALS[day - 1]!;
  if (day % 10 === 0) return 'thirtieth';
  return `${englishNumber(day - (day % 10))} ${ORDINALS[(day % 10) - 1]}`;
}

function speakSpan(count: number, weeks: boolean, language: FlowLanguage): string {
  if (language === 'en') return `in ${count} ${weeks ? 'week' : 'day'}${count === 1 ? '' : 's'}`;
  if (count === 1) return weeks ? 'בעוד שבוע' : 'מחר';
  if (count === 2) return weeks ? 'בעוד שבועיים' : 'בעוד יומיים';
  return `בעוד ${count} ${weeks ? 'שבועות' : 'ימים'}`;
}

/** The days that callers name most: hints for a recogniser. */
export function sampleDays(language: FlowLanguage): readonly string[] {
  const weekdays =
    language === 'en' ? WEEKDAYS : HEBREW_WEEKDAYS.map((name) => (name === 'שבת' ? name : `יום ${name}`));
  return [...weekdays, ...RELATIVE[language].map(({ words }) => words.join(' '))];
}

/** Signs and abbreviations of what is measured, and what is said for them. */
import type { Gender } from './cardinal.ts';

export interface Measure {
  readonly gender: Gender;
  readonly one: string;
  /** Two to ten of it. */
  readonly few: string;
  /** More than ten of it. */
  readonly many: string;
  /** What a hundredth of it is called. */
  readonly cents?: { readonly gender: Gender; readonly one: string; readonly many: string };
}

const measure = (one: string, few: string, many = one, gender: Gender = 'm'): Measure => ({ gender, one, few, many });
const cents = { gender: 'm', one: 'סנט אחד', many: 'סנט' } as const;

export const PERCENT = measure('אחוז', 'אחוזים');
const SHEKEL: Measure = {
  ...measure('שקל', 'שקלים', 'שקלים'),
  cents: { gender: 'f', one: 'אגורה אחת', many: 'אגורות' },
};
const DOLLAR: Measure = { ...measure('דולר', 'דולרים'), cents };
const EURO: Measure = { ...measure('אירו', 'אירו'), cents };
const POUND: Measure = {
  ...measure('לירה שטרלינג', 'לירות שטרלינג', 'לירות שטרלינג', 'f'),
  cents: { gender: 'm', one: 'פני אחד', many: 'פני' },
};
const SQUARE_METRE = measure('מטר רבוע', 'מטרים רבועים');
const KILOMETRE = measure('קילומטר', 'קילומטרים');
const KILOGRAM = measure('קילוגרם', 'קילוגרמים');
const GRAM = measure('גרם', 'גרמים');
const CENTIMETRE = measure('סנטימטר', 'סנטימטרים');
const MILLIMETRE = measure('מילימטר', 'מילימטרים');
const METRE = measure('מטר', 'מטרים');
const GIGABYTE = measure("ג'יגה", "ג'יגה");
const MEGABYTE = measure('מגה', 'מגה');
const SPEED = measure('קילומטר לשעה', 'קילומטרים לשעה');
const DEGREE = measure('מעלה', 'מעלות', 'מעלות', 'f');
const MINUTE = measure('דקה', 'דקות', 'דקות', 'f');

/** By the sign as it is written, with ASCII quotes. */
export const MEASURES_BY_SIGN: Readonly<Record<string, Measure>> = {
  '%': PERCENT,
  '₪': SHEKEL,
  'ש"ח': SHEKEL,
  שח: SHEKEL,
  NIS: SHEKEL,
  ILS: SHEKEL,
  $: DOLLAR,
  USD: DOLLAR,
  '€': EURO,
  EUR: EURO,
  '£': POUND,
  GBP: POUND,
  'מ"ר': SQUARE_METRE,
  'm²': SQUARE_METRE,
  sqm: SQUARE_METRE,
  'ק"מ': KILOMETRE,
  km: KILOMETRE,
  'ק"ג': KILOGRAM,
  kg: KILOGRAM,
  "גר'": GRAM,
  g: GRAM,
  'ס"מ': CENTIMETRE,
  cm: CENTIMETRE,
  'מ"מ': MILLIMETRE,
  mm: MILLIMETRE,
  "מ'": METRE,
  m: METRE,
  'מ"ל': measure('מיליליטר', 'מיליליטרים'),
  'מ"ג': measure('מיליגרם', 'מיליגרמים'),
  "אג'": measure('אגורה', 'אגורות', 'אגורות', 'f'),
  'קמ"ש': SPEED,
  'km/h': SPEED,
  GB: GIGABYTE,
  MB: MEGABYTE,
  "דק'": MINUTE,
  "שע'": measure('שעה', 'שעות', 'שעות', 'f'),
  "יח'": measure('יחידה', 'יחידות', 'יחידות', 'f'),
  '°': DEGREE,
  '°C': DEGREE,
};

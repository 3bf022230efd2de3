/**
 * Hebrew numbers in words. The gender is that of the noun: three is שלוש for דירות and שלושה for חדרים, though -ה is
 * elsewhere a feminine ending. Spelling and the place of ו are those of the Academy of the Hebrew Language: the last
 * part of the number takes it.
 */

export type Gender = 'm' | 'f';

const UNITS = {
  f: ['אפס', 'אחת', 'שתיים', 'שלוש', 'ארבע', 'חמש', 'שש', 'שבע', 'שמונה', 'תשע', 'עשר'],
  m: ['אפס', 'אחד', 'שניים', 'שלושה', 'ארבעה', 'חמישה', 'שישה', 'שבעה', 'שמונה', 'תשעה', 'עשרה'],
} as const;
/** Before a definite masculine noun, and before אלפים. */
const CONSTRUCT = ['', '', 'שני', 'שלושת', 'ארבעת', 'חמשת', 'ששת', 'שבעת', 'שמונת', 'תשעת', 'עשרת'];
const TENS = ['', '', 'עשרים', 'שלושים', 'ארבעים', 'חמישים', 'שישים', 'שבעים', 'שמונים', 'תשעים'];
const ORDINALS = {
  m: ['', 'ראשון', 'שני', 'שלישי', 'רביעי', 'חמישי', 'שישי', 'שביעי', 'שמיני', 'תשיעי', 'עשירי'],
  f: ['', 'ראשונה', 'שנייה', 'שלישית', 'רביעית', 'חמישית', 'שישית', 'שביעית', 'שמינית', 'תשיעית', 'עשירית'],
} as const;
const SCALES = [
  [1e12, 'טריליון'],
  [1e9, 'מיליארד'],
  [1e6, 'מיליון'],
] as const;

export const HEBREW_DIGITS: readonly string[] = UNITS.f.slice(0, 10);

/** A whole number below 10¹⁵ that stands alone or after which no noun is bound to it: שתיים, שניים. */
export function cardinal(value: number, gender: Gender = 'f'): string {
  if (value === 0) return UNITS.f[0];
  const groups: string[][] = [];
  let rest = value;
  for (const [size, name] of SCALES) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) groups.push(withScale(count, name));
  }
  const thousands = Math.floor(rest / 1000);
  if (thousands > 0) groups.push(thousand(thousands));
  if (rest % 1000 > 0) groups.push(belowThousand(rest % 1000, gender));
  const last = groups.at(-1)!;
  const lone = groups.length > 1 && last.length === 1;
  return groups.map((parts, i) => (lone && i === groups.length - 1 ? `ו${joined(parts)}` : joined(parts))).join(' ');
}

/** A number bound to the noun after it: only two has a form of its own, and before a definite noun three to ten. */
export function counting(value: number, gender: Gender, definite = false): string {
  if (value === 2) return gender === 'm' ? 'שני' : 'שתי';
  if (definite && gender === 'm' && value > 2 && value <= 10) return CONSTRUCT[value]!;
  return cardinal(value, gender);
}

/** First to tenth; beyond that Hebrew uses the cardinal. */
export function ordinal(value: number, gender: Gender): string {
  return value <= 10 ? (ORDINALS[gender][value] ?? cardinal(value, gender)) : cardinal(value, gender);
}

/** The digits after the point: up to two as a number, more of them one by one. */
export function afterPoint(fraction: string): string {
  const byDigit = fraction.length > 2 || fraction.startsWith('0');
  return byDigit ? [...fraction].map((digit) => UNITS.f[Number(digit)]).join(' ') : cardinal(Number(fraction));
}

function joined(parts: readonly string[]): string {
  return parts.map((part, i) => (i > 0 && i === parts.length - 1 ? `ו${part}` : part)).join(' ');
}

function withScale(count: number, name: string): string[] {
  if (count === 1) return [name];
  if (count === 2) return [`שני ${name}`];
  const parts = belowThousand(count, 'm');
  return [...parts.slice(0, -1), `${parts.at(-1)} ${name}`];
}

function thousand(count: number): string[] {
  if (count === 1) return ['אלף'];
  if (count === 2) return ['אלפיים'];
  if (count <= 10) return [`${CONSTRUCT[count]} אלפים`];
  const parts = belowThousand(count, 'm');
  return [...parts.slice(0, -1), `${parts.at(-1)} אלף`];
}

function belowThousand(value: number, gender: Gender): string[] {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  const parts: string[] = [];
  if (hundreds === 1) parts.push('מאה');
  if (hundreds === 2) parts.push('מאתיים');
  if (hundreds > 2) parts.push(`${UNITS.f[hundreds]} מאות`);
  if (rest === 0) return parts;
  if (rest <= 10) return [...parts, UNITS[gender][rest]!];
  if (rest < 20) return [...parts, teen(rest, gender)];
  parts.push(TENS[Math.floor(rest / 10)]!);
  if (rest % 10 > 0) parts.push(UNITS[gender][rest % 10]!);
  return parts;
}

function teen(value: number, gender: Gender): string {
  if (value === 12) return gender === 'm' ? 'שנים עשר' : 'שתים עשרה';
  return `${UNITS[gender][value - 10]} ${gender === 'm' ? 'עשר' : 'עשרה'}`;
}

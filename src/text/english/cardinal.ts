/** English numbers in words. British English says "and" before what is left of a hundred. */

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const SCALES = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1000, 'thousand'],
] as const;
const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

export const ENGLISH_DIGITS: readonly string[] = SMALL.slice(0, 10);

/** A whole number below 10¹⁵. */
export function cardinal(value: number, british = false): string {
  if (value === 0) return SMALL[0]!;
  const parts: string[] = [];
  let rest = value;
  for (const [size, name] of SCALES) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(`${belowThousand(count, british)} ${name}`);
  }
  if (rest > 0) parts.push(`${british && rest < 100 && parts.length > 0 ? 'and ' : ''}${belowThousand(rest, british)}`);
  return parts.join(' ');
}

export function ordinal(value: number, british = false): string {
  const words = cardinal(value, british);
  const last = /[a-z]+$/.exec(words)?.[0] ?? '';
  const ending = ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return words.slice(0, words.length - last.length) + ending;
}

/** A year as it is said: nineteen ninety-nine, two thousand five, twenty twenty-six. */
export function year(value: number, british = false): string {
  const century = Math.floor(value / 100);
  const rest = value % 100;
  if (value < 1100 || value > 2099 || (value >= 2000 && value < 2010)) return cardinal(value, british);
  return pair(century, rest);
}

/** A house number: three digits and four are said in two halves. */
export function houseNumber(value: number): string {
  if (value < 101 || value > 9999 || value % 1000 === 0) return cardinal(value);
  if (value < 1000 && value % 100 === 0) return cardinal(value);
  return pair(Math.floor(value / 100), value % 100);
}

function pair(first: number, rest: number): string {
  const end = rest === 0 ? 'hundred' : rest < 10 ? `oh ${SMALL[rest]}` : belowHundred(rest);
  return `${belowHundred(first)} ${end}`;
}

/** The digits after the point, one by one. */
export function afterPoint(fraction: string): string {
  return [...fraction].map((digit) => SMALL[Number(digit)]).join(' ');
}

function belowThousand(value: number, british: boolean): string {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  if (hundreds === 0) return belowHundred(rest);
  const start = `${SMALL[hundreds]} hundred`;
  return rest === 0 ? start : `${start}${british ? ' and' : ''} ${belowHundred(rest)}`;
}

function belowHundred(value: number): string {
  if (value < 20) return SMALL[value]!;
  const ten = TENS[Math.floor(value / 10)]!;
  return value % 10 === 0 ? ten : `${ten}-${SMALL[value % 10]}`;
}

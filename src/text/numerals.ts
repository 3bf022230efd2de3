/** A number as it is written: digits with or without commas between thousands, and a decimal part. */
export const NUMERAL = String.raw`(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?!\d)(?:\.\d{1,6}(?![\d.]))?(?!,\d{3})`;

/** Numbers with two points or more between them. */
export const VERSION = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){2,5}(?!\d|\.\d)/g;

export interface Numeral {
  readonly whole: number;
  /** The digits after the point, or nothing. */
  readonly fraction: string;
}

export function parseNumeral(written: string): Numeral {
  const [whole = '0', fraction = ''] = written.replaceAll(',', '').split('.');
  return { whole: Number(whole), fraction };
}

export function valueOfNumeral({ whole, fraction }: Numeral): number {
  return Number(`${whole}.${fraction || '0'}`);
}

/** The number so many times larger, or nothing when it would not be whole: 2.45 million is 2,450,000. */
export function scaled({ whole, fraction }: Numeral, zeros: number): number | undefined {
  if (fraction.length > zeros) return undefined;
  const value = Number(`${whole}${fraction.padEnd(zeros, '0')}`);
  return Number.isSafeInteger(value) && value < 1e15 ? value : undefined;
}

const VULGAR: Readonly<Record<string, readonly [string, string]>> = {
  '½': ['.5', '1/2'],
  '¼': ['.25', '1/4'],
  '¾': ['.75', '3/4'],
  '⅓': [' 1/3', '1/3'],
  '⅔': [' 2/3', '2/3'],
};

/** `3½` and `3 1/2` as `3.5`, a lone `½` as `1/2`, `3x4` as `3 × 4`. */
export function plainNumerals(text: string): string {
  return text
    .replace(/(\d?)([½¼¾⅓⅔])/g, (_, digit: string, sign: string) => digit + VULGAR[sign]![digit ? 0 : 1])
    .replace(/(?<![\d.,/])(\d{1,4}) (1\/2|1\/4|3\/4)(?![\d/])/g, (_, whole: string, part: string) =>
      whole.concat({ '1/2': '.5', '1/4': '.25' }[part] ?? '.75'),
    )
    .replace(/(?<=\d) ?[x×] ?(?=\d)/g, ' × ');
}

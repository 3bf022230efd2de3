/**
 * Numbers that are said digit by digit: telephone numbers, codes, identity numbers. The groups are the written ones,
 * and a long group is cut as people cut it, with a comma for the breath between.
 */
import { type Found, rewrite, type Said } from './rewrite.ts';

export interface DigitWords {
  readonly digits: readonly string[];
  readonly plus: string;
  readonly star: string;
  /** What stands before a number of four digits or more that is a code. */
  readonly codeBefore: RegExp;
  /** What follows a long number that is an amount after all. */
  readonly amountAfter: RegExp;
  /** What stands before a short number that is dialled. */
  readonly dialBefore: RegExp;
}

/** Hebrew letters that are written together with a number. */
const PREFIX = '(?:([ושהבלמכ]{1,3})[-־]?)?';
const SHAPES = [
  String.raw`\+\d[\d ().-]{6,18}\d`,
  String.raw`0\d{1,2}[-. ]?\d{3}[-. ]?\d{2}[-. ]?\d{2}`,
  String.raw`0\d{2,4}[- ]\d{3,4}[- ]\d{3,4}`,
  String.raw`1[- ]?(?:800|700|900|599|888|877|866)(?:[- ]\d{2,4}){1,4}`,
  String.raw`(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}`,
  String.raw`\d{3}-\d{4}`,
  String.raw`\*\d{3,6}`,
  String.raw`\d{4,200}`,
  String.raw`0\d{1,2}`,
];
const PATTERN = new RegExp(
  String.raw`(?<![\p{L}\p{M}\d.,:/+*$€£₪-]|\d )${PREFIX}(${SHAPES.join('|')})(?![\d*\p{L}%]|[-.,:/]\d)`,
  'gu',
);
/** Country codes of one and of two digits; the others have three (ITU-T E.164). */
const SHORT_CODE = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

export function readDigitStrings(text: string, words: DigitWords): string {
  return rewrite(text, PATTERN, (found) => sayDigitString(found, words));
}

function sayDigitString(found: Found, words: DigitWords): Said | undefined {
  const [, prefix = '', number = ''] = found.match;
  if (!isDigitString(number, found, words)) return undefined;
  return { text: prefix + sayGroups(groupsOf(number), number, words) };
}

function isDigitString(number: string, { before, after }: Found, words: DigitWords): boolean {
  if (/^\d{3}-\d{4}$/.test(number)) return number[4] === '0' || words.dialBefore.test(before);
  if (!/^\d+$/.test(number)) return true;
  if (number.startsWith('0')) return true;
  if (words.codeBefore.test(before)) return true;
  return number.length > 6 && !number.endsWith('000') && !words.amountAfter.test(after);
}

function sayGroups(groups: readonly string[], number: string, { digits, plus, star }: DigitWords): string {
  const spoken = groups.map((group) => [...group].map((digit) => digits[Number(digit)]).join(' ')).join(', ');
  if (number.startsWith('+')) return `${plus} ${spoken}`;
  return number.startsWith('*') ? `${star} ${spoken}` : spoken;
}

function groupsOf(number: string): string[] {
  const written = number.match(/\d+/g) ?? [];
  if (number.startsWith('*')) return written;
  const [first = '', ...rest] = written;
  if (number.startsWith('+') && rest.length === 0) {
    const code = SHORT_CODE.exec(first)?.[0] ?? first.slice(0, 3);
    return [code, ...national(first.slice(code.length))];
  }
  return first.startsWith('0') && rest.length === 0 ? area(first) : written.flatMap(breath);
}

/** An Israeli number that was written in one piece: the area code is two digits for a house, three for a mobile. */
function area(number: string): string[] {
  if (number.length === 9 && /^0[23489]/.test(number)) return [number.slice(0, 2), ...breath(number.slice(2))];
  return number.length === 10 ? [number.slice(0, 3), ...breath(number.slice(3))] : breath(number);
}

function national(number: string): string[] {
  if (number.length < 8) return breath(number);
  return [number.slice(0, -7), ...breath(number.slice(-7))];
}

const CUTS: Readonly<Record<number, readonly number[]>> = {
  5: [2, 3],
  6: [3, 3],
  7: [3, 4],
  9: [3, 3, 3],
  10: [3, 3, 4],
};

function breath(group: string): string[] {
  if (group.length <= 4) return group === '' ? [] : [group];
  const cuts = CUTS[group.length];
  if (!cuts) return group.match(/\d{1,4}/g) ?? [];
  let at = 0;
  return cuts.map((length) => {
    at += length;
    return group.slice(at - length, at);
  });
}

/** A search as terms, of which each must be found somewhere in a call. */
import { beginningsOf, wordsOf } from './words.ts';

export interface SearchTerm {
  /** In the syntax of `tsquery`. */
  readonly query: string;
  /** A word of a text is a hit when it begins with one of them. */
  readonly beginnings: ReadonlySet<string>;
  /** A part of a telephone number, as E.164 would have it: no zero before it. */
  readonly digits?: string;
}

/** More words than that find nothing that fewer would not. */
const MOST_TERMS = 8;
const NUMBER = /\+?\d[\d\s().-]{2,}\d/gu;
const LEAST_DIGITS = 4;

/** None when the text has no word in it. */
export function parseSearch(text: string): readonly SearchTerm[] {
  const terms: SearchTerm[] = [];
  const rest = text.replaceAll(NUMBER, (number) => {
    const digits = digitsOf(number);
    if (digits === '') return number;
    terms.push({ ...termOf(wordsOf(number).map(({ word }) => word)), digits });
    return ' ';
  });
  const words = wordsOf(rest).map(({ word }) => termOf([word]));
  return [...terms, ...words].slice(0, MOST_TERMS);
}

/** The digits of a part of a number; empty when they are too few to search by. */
export function digitsOf(number: string): string {
  const digits = number.replaceAll(/\D/g, '');
  return digits.length < LEAST_DIGITS ? '' : digits.replace(/^0+/, '');
}

function termOf(words: readonly string[]): SearchTerm {
  const beginnings = words.map(beginningsOf);
  // A word has no quotation mark left, and no backslash.
  const query = beginnings.map((some) => `(${some.map((one) => `'${one}':*`).join(' | ')})`).join(' & ');
  return { query, beginnings: new Set(beginnings.flat()) };
}

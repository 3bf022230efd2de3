import type { SearchTerm } from './terms.ts';
import { wordsOf } from './words.ts';

/** Of private use in Unicode: they stand in no text that was said. */
export const FOUND = { from: '\ue000', to: '\ue001' } as const;
const MARKS = /[\ue000\ue001]/gu;
const BEFORE = 40;
const LONGEST = 160;

/** The text around the first found word, the found words marked; undefined when there is none. */
export function excerptOf(text: string, terms: readonly SearchTerm[]): string | undefined {
  const clean = text.replaceAll(MARKS, ' ');
  const words = wordsOf(clean);
  const found = words.filter(({ word }) => isFound(word, terms));
  const [first] = found;
  if (!first) return undefined;
  const from = words.find((word) => word.from >= first.from - BEFORE)?.from ?? first.from;
  const start = first.from <= BEFORE ? 0 : from;
  const end = words.findLast((word) => word.to <= start + LONGEST)?.to ?? first.to;
  const isAll = start + LONGEST >= clean.length;
  const to = isAll ? clean.length : Math.max(end, first.to);
  let marked = '';
  let at = start;
  for (const word of found.filter((one) => one.from >= start && one.to <= to)) {
    marked += `${clean.slice(at, word.from)}${FOUND.from}${clean.slice(word.from, word.to)}${FOUND.to}`;
    at = word.to;
  }
  return `${start > 0 ? '…' : ''}${marked}${clean.slice(at, to)}${isAll ? '' : '…'}`;
}

function isFound(word: string, terms: readonly SearchTerm[]): boolean {
  for (let length = 1; length <= word.length; length++) {
    const beginning = word.slice(0, length);
    if (terms.some(({ beginnings }) => beginnings.has(beginning))) return true;
  }
  return false;
}

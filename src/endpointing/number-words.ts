/** Numbers in words, and the digits that a caller dictates with them. */
import type { NumberWord, NumberWords } from './lexicon.ts';
import { headLength } from './phrases.ts';

export interface Dictation {
  readonly digits: string;
  readonly plus: boolean;
  /** Digits that were said one by one: three of them in a row are a dictation and no amount. */
  readonly singles: number;
  /** The digits of each number that was said, in their order. */
  readonly groups: readonly string[];
  readonly from: number;
}

/** The digits that the words end with. */
export function dictationAtEnd(words: readonly string[], numbers: NumberWords): Dictation | undefined {
  let run: Dictation | undefined;
  let plus = false;
  for (let at = 0; at < words.length; ) {
    const read = digitsAt(words, at, numbers);
    if (read) {
      const before: Dictation = run ?? { digits: '', plus, singles: 0, groups: [], from: at };
      const isRepeated = Object.hasOwn(numbers.repeats, words[at]!);
      const singles = before.singles + (isRepeated || read.digits.length === 1 ? read.digits.length : 0);
      const groups = [...before.groups, read.digits];
      run = { ...before, plus: before.plus || read.plus, digits: before.digits + read.digits, singles, groups };
      at = read.to;
      continue;
    }
    const isPlus = headLength(words, numbers.plus, at) === 1;
    const skipped = isPlus ? 1 : headLength(words, numbers.separators, at);
    if (skipped === 0 || (isPlus && run)) run = undefined;
    plus = isPlus;
    at += Math.max(1, skipped);
  }
  return run;
}

interface Read {
  readonly digits: string;
  readonly to: number;
  readonly plus: boolean;
}

function digitsAt(words: readonly string[], at: number, numbers: NumberWords): Read | undefined {
  const word = words[at]!;
  if (/^\+?\d[\d().-]*$/.test(word)) {
    return { digits: word.replace(/\D/g, ''), to: at + 1, plus: word.startsWith('+') };
  }
  const times = Object.hasOwn(numbers.repeats, word) ? numbers.repeats[word] : undefined;
  if (times !== undefined) return repeated(words, { at, times }, numbers);
  const first = numbers.read(word);
  if (!first || first.role === 'scale') return undefined;
  if (first.role === 'hundreds') return withRest(words, { at: at + 1, base: first.value, size: 100 }, numbers);
  const scale = next(words, at + 1, numbers);
  if (first.role === 'digit' && first.value > 0 && scale?.role === 'scale' && scale.value <= 1_000) {
    const rest = { at: at + 2, base: first.value * scale.value, size: scale.value };
    return withRest(words, rest, numbers);
  }
  return belowHundred(words, at, numbers);
}

function repeated(
  words: readonly string[],
  { at, times }: { readonly at: number; readonly times: number },
  numbers: NumberWords,
): Read | undefined {
  const digit = words[at + 1];
  const value = digit === undefined ? undefined : /^\d$/.test(digit) ? Number(digit) : oneDigit(numbers.read(digit));
  return value === undefined ? undefined : { digits: String(value).repeat(times), to: at + 2, plus: false };
}

const oneDigit = (word: NumberWord | undefined): number | undefined =>
  word?.role === 'digit' ? word.value : undefined;

function belowHundred(words: readonly string[], at: number, numbers: NumberWords): Read | undefined {
  const first = numbers.read(words[at]!);
  if (!first || first.role === 'hundreds' || first.role === 'scale') return undefined;
  const ten = first.role === 'digit' ? next(words, at + 1, numbers) : undefined;
  // חמש עשרה: fifteen is five and ten, without "and".
  if (first.value > 0 && numbers.needsAnd && ten?.role === 'teen' && ten.value === 10 && !ten.and) {
    return { digits: String(first.value + 10), to: at + 2, plus: false };
  }
  const unit = first.role === 'tens' ? next(words, at + 1, numbers) : undefined;
  const joins = unit?.role === 'digit' && unit.value > 0 && (unit.and || !numbers.needsAnd);
  if (unit && joins) return { digits: String(first.value + unit.value), to: at + 2, plus: false };
  return { digits: String(first.value), to: at + 1, plus: false };
}

/** "Three hundred" and what is added to it below a hundred. */
function withRest(
  words: readonly string[],
  { at, base, size }: { readonly at: number; readonly base: number; readonly size: number },
  numbers: NumberWords,
): Read {
  const skip = words[at] === 'and' ? 1 : 0;
  const glued = next(words, at + skip, numbers)?.and === true;
  const adds = words[at + skip] !== undefined && (skip > 0 || glued);
  const rest = adds ? belowHundred(words, at + skip, numbers) : undefined;
  if (!rest || Number(rest.digits) >= size) return { digits: String(base), to: at, plus: false };
  return { digits: String(base + Number(rest.digits)), to: rest.to, plus: false };
}

const next = (words: readonly string[], at: number, numbers: NumberWords): NumberWord | undefined =>
  words[at] === undefined ? undefined : numbers.read(words[at]);

/** Twenty, three hundred, two thousand: numbers to which another may be added. */
export function isRound(word: string | undefined, numbers: NumberWords): boolean {
  const read = word === undefined ? undefined : numbers.read(word);
  return read !== undefined && read.role !== 'digit' && read.role !== 'teen';
}

export const isNumber = (word: string | undefined, numbers: NumberWords): boolean =>
  word !== undefined && (/^\d/.test(word) || numbers.read(word) !== undefined);

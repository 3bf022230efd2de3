import type { FlowLanguage, NumberQuestion } from '../definition.ts';
import { type Found, phraseAt } from '../phrase.ts';
import { type Token, wordsOf } from '../text.ts';
import { type NumberWord, numberWord } from './number-words.ts';

export interface NumberRead {
  readonly value: number;
  /** The index after the last token of the number. */
  readonly to: number;
}

interface Sum {
  readonly total: number;
  /** What is being counted before the next scale word: the 350 of "350 thousand". */
  readonly group: number | undefined;
  readonly last: NumberWord['role'] | undefined;
  readonly scale: number;
}

const EMPTY: Sum = { total: 0, group: undefined, last: undefined, scale: 1 };

/** The longest number that begins at the token `at`; words that do not continue it ("four five") end it. */
export function readNumber(tokens: readonly Token[], at: number, language: FlowLanguage): NumberRead | undefined {
  let sum = EMPTY;
  let to = at;
  while (to < tokens.length) {
    const next = nextWord(tokens, to, language, to === at);
    const grown = next && grow(sum, next.word);
    if (!next || !grown) break;
    sum = grown;
    to = next.to;
  }
  return to === at ? undefined : { value: worth(sum, language), to };
}

function worth({ total, group, scale }: Sum, language: FlowLanguage): number {
  // In spoken Hebrew prices "a million and two hundred" is 1,200,000: the thousands are left out.
  const short = language === 'he' && scale === 1_000_000 && group !== undefined && group >= 100 && group < 1000;
  return total + (group ?? 0) * (short ? 1000 : 1);
}

interface Next {
  readonly word: NumberWord;
  readonly to: number;
}

function nextWord(tokens: readonly Token[], at: number, language: FlowLanguage, first: boolean): Next | undefined {
  const text = tokens[at]!.text;
  const joiner = language === 'en' && text === 'and' && !first;
  const article = language === 'en' && (text === 'a' || text === 'an');
  if (joiner || article) {
    const rest = tokens[at + 1] && nextWord(tokens, at + 1, language, first);
    if (!rest || (article && !['hundred', 'scale', 'fraction'].includes(rest.word.role))) return undefined;
    return { word: { ...rest.word, and: joiner }, to: rest.to };
  }
  const word = numberWord(tokens[at]!, language, first);
  if (!word) return undefined;
  return (
    decimal(tokens, at, { word, to: at + 1 }, language) ?? teen(tokens, at, word, language) ?? { word, to: at + 1 }
  );
}

/** Hebrew says thirteen in two words, and "one point five" is three words in either language. */
function teen(tokens: readonly Token[], at: number, word: NumberWord, language: FlowLanguage): Next | undefined {
  const after = tokens[at + 1]?.text;
  const isTeen = language === 'he' && word.role === 'unit' && word.value > 0 && (after === 'עשרה' || after === 'עשר');
  return isTeen ? { word: { ...word, role: 'teen', value: word.value + 10 }, to: at + 2 } : undefined;
}

function decimal(tokens: readonly Token[], at: number, next: Next, language: FlowLanguage): Next | undefined {
  const point = tokens[at + 1]?.text;
  const after = tokens[at + 2] && numberWord(tokens[at + 2]!, language, false);
  if (point !== 'point' && point !== 'נקודה') return undefined;
  if (!after || after.and || after.value > 9 || !['unit', 'digits'].includes(after.role)) return undefined;
  const value = next.word.value + after.value / 10;
  return { word: { ...next.word, role: 'digits', value }, to: at + 3 };
}

/** The sum with one more word, or undefined when the word cannot continue the number. */
function grow(sum: Sum, { role, value, and }: NumberWord): Sum | undefined {
  const { last, group } = sum;
  const opens = last === undefined || last === 'scale';
  switch (role) {
    case 'digits':
      return opens ? { ...sum, group: value, last: role } : undefined;
    case 'unit':
      if (last === 'tens' && value === 0) return undefined;
      return opens || last === 'tens' || isHundred(last) ? add(sum, role, value) : undefined;
    case 'teen':
    case 'tens':
      return opens || isHundred(last) ? add(sum, role, value) : undefined;
    case 'hundreds':
      // The Hebrew duals: 200 is a group, 2000 is a group and its scale in one word.
      if (!opens || (last === 'scale' && value >= sum.scale)) return undefined;
      return value < 1000 ? add(sum, role, value) : { ...sum, total: sum.total + value, last: 'scale', scale: 1000 };
    case 'hundred':
      if (opens) return { ...sum, group: value, last: role };
      return group !== undefined && group < 100 && last !== 'fraction'
        ? { ...sum, group: group * 100, last: role }
        : undefined;
    case 'scale':
      if (last === 'scale' || (sum.total > 0 && value >= sum.scale)) return undefined;
      return { total: sum.total + (group ?? 1) * value, group: undefined, last: role, scale: value };
    case 'fraction':
      if (last === undefined) return { ...sum, group: value, last: role };
      if (!and || last === 'fraction') return undefined;
      return last === 'scale'
        ? { ...sum, total: sum.total + value * sum.scale, last: role }
        : { ...sum, group: (group ?? 0) + value, last: role };
  }
}

const isHundred = (role: NumberWord['role'] | undefined): boolean => role === 'hundred' || role === 'hundreds';
const add = (sum: Sum, role: NumberWord['role'], value: number): Sum => ({
  ...sum,
  group: (sum.group ?? 0) + value,
  last: role,
});

/** Numbers in the utterance; when `strict`, only those that stand beside one of the question's unit words. */
export function findNumbers(
  question: NumberQuestion,
  tokens: readonly Token[],
  { language, strict }: { readonly language: FlowLanguage; readonly strict: boolean },
): readonly Found[] {
  const units = (question.units ?? []).map(wordsOf);
  const unitAt = (at: number) => Math.max(0, ...units.map((words) => phraseAt(tokens, at, words, { language })));
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; ) {
    const read = readNumber(tokens, at, language);
    if (!read) {
      at++;
      continue;
    }
    const unitLength = unitAt(read.to);
    const extra = unitLength > 0 ? halfAfterUnit(tokens, read.to + unitLength, language) : { value: 0, length: 0 };
    const value = read.value + extra.value;
    const to = read.to + unitLength + extra.length;
    // The unit may be a word of the number itself: two million is a budget, three is not.
    const isSure = unitLength > 0 || tokens.slice(at, read.to).some((_, index) => unitAt(at + index) > 0);
    if (!strict || isSure) found.push({ value: String(Number(value.toFixed(2))), from: at, to });
    at = to;
  }
  return found;
}

/** "Three rooms and a half": the fraction may follow the noun. */
function halfAfterUnit(
  tokens: readonly Token[],
  at: number,
  language: FlowLanguage,
): { readonly value: number; readonly length: number } {
  const none = { value: 0, length: 0 };
  if (at >= tokens.length) return none;
  const next = nextWord(tokens, at, language, false);
  if (next?.word.role !== 'fraction' || !next.word.and) return none;
  return { value: next.word.value, length: next.to - at };
}

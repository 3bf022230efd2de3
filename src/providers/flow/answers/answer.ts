import type { FlowLanguage, Question } from '../definition.ts';
import { type Found, hasPhrase } from '../phrase.ts';
import { rawText, type Token } from '../text.ts';
import { findChoices } from './choice.ts';
import { findDates, speakDate } from './date.ts';
import { findNames } from './name.ts';
import { findNumbers } from './number.ts';
import { findPhones, speakPhone } from './phone.ts';
import { findTimes, speakTime } from './time.ts';
import { findYesNo } from './yes-no.ts';

export interface AnswerContext {
  /** BCP 47. */
  readonly locale: string;
  readonly language: FlowLanguage;
  /** The utterance answers another question: take only what cannot mean anything else. */
  readonly strict: boolean;
}

/** Every value of the question's kind in the utterance, left to right. */
export function findAnswers(question: Question, tokens: readonly Token[], context: AnswerContext): readonly Found[] {
  switch (question.kind) {
    case 'yes-no':
      return context.strict ? [] : findYesNo(tokens, context.language);
    case 'choice':
      return findChoices(question, tokens, context.language);
    case 'name':
      return findNames(tokens, context);
    case 'phone':
      return findPhones(tokens, { ...context, region: regionOf(context.locale) });
    case 'number':
      return findNumbers(question, tokens, context).filter(({ value }) => inRange(question, Number(value)));
    case 'date':
      return findDates(tokens, context);
    case 'time':
      return findTimes(question, tokens, context);
    case 'text':
      return context.strict || tokens.length === 0 ? [] : [{ value: rawText(tokens), from: 0, to: tokens.length }];
  }
}

function inRange({ min, max }: { readonly min?: number; readonly max?: number }, value: number): boolean {
  return value >= (min ?? 0) && value <= (max ?? Number.MAX_SAFE_INTEGER);
}

/** The country whose telephone numbers a caller in this language dictates, ISO 3166. */
export function regionOf(locale: string): string {
  return new Intl.Locale(locale).maximize().region ?? 'US';
}

const NOT: Readonly<Record<FlowLanguage, readonly string[]>> = { en: ['not'], he: ['לא'] };
const INSTEAD: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['no', 'sorry', 'i mean', 'actually', 'rather', 'wait', 'make that', 'make it'],
  he: ['סליחה', 'בעצם', 'התכוונתי', 'רגע', 'לא לא'],
};

/**
 * The value that is meant where several were said: "not four, five" and "Tuesday, no, Wednesday" mean the last,
 * "Tuesday, not Monday" the one that is not denied, and without a sign of correction the first.
 */
export function pickMeant(
  found: readonly Found[],
  tokens: readonly Token[],
  language: FlowLanguage,
): Found | undefined {
  const affirmed = found.filter((each) => !isDenied(each, tokens, language));
  const first = affirmed[0] ?? found.at(-1);
  const last = affirmed.at(-1);
  if (!first || !last || last === first) return first;
  const between = tokens.slice(first.to, last.from);
  const takenBack =
    hasPhrase(between, INSTEAD[language], language) ||
    between.some((token) => token.pause && NOT[language].includes(token.text));
  return takenBack ? last : first;
}

/** Whether "not" stands before the value, at most one small word between; "no," with a pause denies what was said before. */
export function isDenied({ from }: Found, tokens: readonly Token[], language: FlowLanguage): boolean {
  const near = tokens.slice(Math.max(0, from - 2), from);
  const at = near.findLastIndex((token) => NOT[language].includes(token.text));
  return at >= 0 && !near.slice(at).some((token) => token.pause);
}

/** A value as it is read aloud. */
export function speakValue(question: Question, value: string, language: FlowLanguage): string {
  if (question.say) return question.say(value);
  switch (question.kind) {
    case 'yes-no':
      return language === 'he' ? ({ yes: 'כן', no: 'לא' }[value] ?? value) : value;
    case 'choice':
      return question.options.find((option) => option.value === value)?.say ?? value;
    case 'phone':
      return speakPhone(value, language);
    case 'date':
      return speakDate(value, language);
    case 'time':
      return speakTime(value, language);
    case 'number':
      return speakNumber(value, language);
    case 'name':
    case 'text':
      return value;
  }
}

/** Large round numbers in thousands and millions, as voices read them best; the rest in digits. */
function speakNumber(value: string, language: FlowLanguage): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  const [million, thousand] = language === 'he' ? ['מיליון', 'אלף'] : ['million', 'thousand'];
  if (number === 1_000_000) return language === 'he' ? 'מיליון' : 'one million';
  // A Hebrew voice reads "2.5" digit by digit; callers say "two and a half".
  if (language === 'he' && number === 1_500_000) return 'מיליון וחצי';
  if (language === 'he' && number > 1_000_000 && number % 1_000_000 === 500_000) {
    return `${Math.floor(number / 1_000_000)} וחצי מיליון`;
  }
  if (number >= 1_000_000 && number % 10_000 === 0) return `${number / 1_000_000} ${million}`;
  if (number >= 10_000 && number % 1000 === 0) return `${number / 1000} ${thousand}`;
  return value;
}

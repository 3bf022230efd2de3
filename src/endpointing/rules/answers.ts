/** Short answers: yes and no, one of several, an amount. */
import type { Lexicon } from '../lexicon.ts';
import { isNumber, isRound } from '../number-words.ts';
import { contains, headLength, type Phrases, pastHeads } from '../phrases.ts';
import type { EndpointQuestion, Finding } from '../question.ts';
import { isClockTime } from './calendar.ts';

/** A choice takes a few words; more of them are a story about it. */
const LONGEST_CHOICE = 5;

/** Utterances of nothing but greetings, thanks and farewells, and after a yes-no question of yes and no. */
export function socialRule(
  words: readonly string[],
  { expects }: EndpointQuestion,
  { yes, no, greetings, social, softeners }: Lexicon,
): Finding | undefined {
  if (expects !== 'yes-no' && covers(words, [greetings])) return { wait: 'fragment', reason: 'greeting' };
  if (expects !== 'yes-no') return covers(words, [social]) ? { wait: 'answered', reason: 'social' } : undefined;
  if (headLength(words, softeners) === words.length) return undefined;
  if (covers(words, [yes, social, softeners])) return { wait: 'certain', reason: 'answers-yes-no' };
  // "No" by itself is often followed by what is wanted instead.
  const wait = words.length > 1 ? 'answered' : 'refused';
  return covers(words, [yes, no, social, softeners]) ? { wait, reason: 'answers-yes-no' } : undefined;
}

/** Yes and no where nothing of the kind was asked. */
export function unaskedYesRule(words: readonly string[], { yes, no, social, softeners }: Lexicon): Finding | undefined {
  if (headLength(words, softeners) === words.length) return undefined;
  // "Yes" by itself is as often the beginning of what is wanted.
  if (covers(words, [yes, social, softeners]))
    return { wait: words.length > 1 ? 'answered' : 'plain', reason: 'says-yes' };
  return covers(words, [no]) ? { wait: 'plain', reason: 'bare-no' } : undefined;
}

function covers(words: readonly string[], sets: readonly Phrases[]): boolean {
  let at = 0;
  for (let from = -1; from !== at; ) {
    from = at;
    for (const set of sets) at = pastHeads(words, set, at);
  }
  return at === words.length;
}

export function choiceRule(words: readonly string[]): Finding | undefined {
  return words.length <= LONGEST_CHOICE ? { wait: 'answered', reason: 'answers-choice' } : undefined;
}

export function amountRule(words: readonly string[], { numbers }: Lexicon): Finding | undefined {
  if (contains(words, numbers.amounts)) return { wait: 'answered', reason: 'answers-number' };
  if (!words.some((word) => isNumber(word, numbers))) return undefined;
  if (isRound(words.at(-1), numbers)) return { wait: 'detail', reason: 'number-may-go-on' };
  return { wait: 'answered', reason: 'answers-number' };
}

/** A round number at the end of anything else that is said. */
export function roundNumberRule(words: readonly string[], { numbers }: Lexicon): Finding | undefined {
  return !isClockTime(words, { numbers }) && isRound(words.at(-1), numbers)
    ? { wait: 'detail', reason: 'number-may-go-on' }
    : undefined;
}

/** How an English clause begins, asks and breaks off. */
import { beforeTails, headLength, pastHeads, phrases, tailLength } from '../phrases.ts';
import type { EndpointQuestion } from '../question.ts';
import type { Utterance } from '../utterance.ts';
import { ECHO_SUBJECTS, INVERTED, KINDS, LOOSE_PREPOSITIONS, PARTICLE_VERBS } from './function-words.ts';
import { openers } from './talk.ts';

const COPULAS = phrases("is, are, was, were, am, isn't, aren't, wasn't, will, would");
const PRONOUNS = phrases('i, you, it, he, she, we, they, there, that, this, anyone, someone, anybody, somebody');
/** A question with one of these may end with its preposition: "who am I speaking to". */
const STRANDING = phrases('what, who, where, which');
const WH = phrases(
  `what, who, where, when, why, how, which, whose, what's, who's, where's, when's, how's, how much, how many, how long, how far, what time, what kind, which one, what about, how about`,
);
const INDIRECT = phrases(
  `tell me if, tell me whether, know if, know whether, wondering if, wondering whether, ask if, ask whether, ask you if, check if, check whether, see if, find out if,
  tell me what, tell me how, tell me when, tell me where, tell me which, know what, know how, know when, know where, know which, ask what, ask how, ask when, ask where, find out when, find out how`,
);
/** After an indirect question's opening these may be its whole rest; fewer words are none. */
const SHORTEST_QUESTION = 3;
const HALF_QUESTIONS = phrases(
  `is it possible, would it be possible, is it okay, is it alright, could you please, can you please, can i please, could i please, do i need, do i have, can i speak, could i speak,
  can you help, may i, is there a way, is there any way, do you mind`,
);
const MEASURES = phrases('time, kind, much, many, long');
/** A question that begins with "is" or "are" and a noun is whole with one of these, or when it has many words. */
const PREDICATES = phrases(
  'in, open, available, free, there, ready, included, here, closed, busy, possible, okay, working, working today, in today',
);
const LONG_QUESTION = 5;
const SUBORDINATORS = phrases(
  'if, when, once, after, before, while, although, even though, as soon as, unless, until, since, in case, whenever, even if, what if, because',
);
/** What sets a condition and needs no clause after it. */
const POLITE_CONDITIONS = phrases(
  `if possible, if that's possible, if you can, if that's okay, if that's ok, if you don't mind, if you could, if that works, when possible, once a week, once a month, once a day, after that, before that,
  after six, after work, before noon, after lunch, before lunch`,
);
const FINITE = phrases(
  `i, you, we, they, it, he, she, there, i'm, i'd, i'll, i've, we'd, we'll, we're, it's, that's, there's, they're, what, who, where, how, which, can, could, will, would, do, does, did, is, are, should, please, then, let, what's, how's, may`,
);
const SUBJECTS_OF_ANSWERS = 4;
const OPINIONS = phrases(
  'i think, i believe, i guess, i suppose, i thought, we think, i hope, i understand that, i mean that',
);
const FIRSTS = phrases('first, firstly, at first, first of all, to begin with');

/** The code of the rule by which the last words call for another one. */
export function danglingCode({ words }: Utterance, expects: EndpointQuestion['expects']): string | undefined {
  const from = coreAt(words);
  const isAnswer = expects === 'yes-no';
  for (const { code, calls, ends } of KINDS) {
    const count = tailLength(words, calls);
    if (count === 0 || tailLength(words, ends) >= count) continue;
    if (code === 'trailing-auxiliary' && isEcho(words, isAnswer)) continue;
    return code;
  }
  return loosePreposition(words, from) ?? withoutVerb(words, from) ?? askedHalf(words, from) ?? opened(words, from);
}

function isEcho(words: readonly string[], isAnswer: boolean): boolean {
  const end = words.length - 1;
  if (tailLength(words, ECHO_SUBJECTS, end) > 0) return true;
  // "Yes it is", "I do": short, and the subject stands before it.
  return isAnswer && words.length <= SUBJECTS_OF_ANSWERS && headLength(words, PRONOUNS, end - 1) === 1;
}

function loosePreposition(words: readonly string[], from: number): string | undefined {
  if (tailLength(words, LOOSE_PREPOSITIONS) === 0) return undefined;
  if (tailLength(words, PARTICLE_VERBS) > 1) return undefined;
  const question = questionAt(words);
  const last = words.at(-1)!;
  if (question !== undefined && words.length - question > SHORTEST_QUESTION) {
    if (headLength(words, STRANDING, question) > 0 && headLength(words, WH, question) === 1) return undefined;
    // "How does it look like", "is Dr Levy in": but not "are you open on".
    if (last === 'like' || (last === 'in' && words[from] === 'is' && words[from + 1] !== 'there')) return undefined;
    if (words.slice(question, question + 2).join(' ') === "what's") return undefined;
  }
  if (question !== undefined && words[question] === "what's" && words.length - question >= SHORTEST_QUESTION) {
    return undefined;
  }
  return 'trailing-preposition';
}

/** "What time do you", "is he": a subject whose verb or predicate has not come. */
function withoutVerb(words: readonly string[], from: number): string | undefined {
  const at = words.length - 2;
  if (at < from || headLength(words, PRONOUNS, at + 1) === 0) return undefined;
  if (headLength(words, INVERTED, at) === 1) return 'subject-without-verb';
  return headLength(words, COPULAS, at) === 1 && at === from ? 'subject-without-verb' : undefined;
}

/** "I think" and no thought; "first I looked at the website, then". */
function opened(words: readonly string[], from: number): string | undefined {
  if (words.length - from === headLength(words, OPINIONS, from)) return 'clause-without-main';
  const isRow = words.at(-1) === 'then' && headLength(words, FIRSTS, from) > 0;
  return isRow ? 'trailing-conjunction' : undefined;
}

/** "Could you tell me what time you", "is it possible": the question is opened and not asked. */
function askedHalf(words: readonly string[], from: number): string | undefined {
  if (words.length - from === headLength(words, HALF_QUESTIONS, from)) return 'question-not-asked';
  for (let at = words.length - 1; at >= from; at--) {
    const count = headLength(words, INDIRECT, at);
    if (count === 0) continue;
    const time = headLength(words, MEASURES, at + count);
    const rest = words.length - at - count - time;
    const isSubject = rest === 1 && headLength(words, PRONOUNS, words.length - 1) === 1;
    return rest === 0 || isSubject ? 'question-not-asked' : undefined;
  }
  return undefined;
}

/** Past greetings, fillers and the other words that open an utterance. */
export const coreAt = (words: readonly string[]): number => {
  const at = pastHeads(words, openers);
  return at === words.length ? 0 : at;
};

/** Where the last question begins: a question word with its verb, a verb before its subject, or an indirect question. */
export function questionAt(words: readonly string[]): number | undefined {
  const from = coreAt(words);
  for (let at = words.length - 1; at >= from; at--) {
    const indirect = headLength(words, INDIRECT, at);
    if (indirect > 0) return at;
    const wh = headLength(words, WH, at);
    if (wh > 0 && at + wh < words.length && (at === from || isVerbFirst(words, at + wh))) return at;
    if (wh === 0 && isVerbFirst(words, at) && !isAfterWh(words, at)) return at;
  }
  const isLong = words.length - from >= LONG_QUESTION || tailLength(words, PREDICATES) > 0;
  return headLength(words, COPULAS, from) > 0 && words.length - from >= SHORTEST_QUESTION && isLong ? from : undefined;
}

const isVerbFirst = (words: readonly string[], at: number): boolean =>
  (headLength(words, INVERTED, at) === 1 || headLength(words, COPULAS, at) === 1) &&
  headLength(words, PRONOUNS, at + 1) === 1 &&
  words[at - 1] !== 'i' &&
  words[at - 1] !== 'that';

/** A question word up to three words earlier: "what time do you close" begins with "what". */
const isAfterWh = (words: readonly string[], at: number): boolean =>
  [1, 2, 3].some((back) => at - back >= 0 && headLength(words, WH, at - back) > 0);

/** "If I come on Tuesday": a condition or a time, and no clause that it belongs to. */
export function isSubordinate(words: readonly string[]): boolean {
  const from = coreAt(words);
  const opener = headLength(words, SUBORDINATORS, from);
  if (opener === 0 || headLength(words, POLITE_CONDITIONS, from) > 0) return false;
  if (headLength(words, COPULAS, from + opener) > 0 || headLength(words, INVERTED, from + opener) > 0) return false;
  // The first of these words after the opener is the subject of the condition itself.
  const end = beforeTails(words, POLITE_CONDITIONS);
  const rest = words.slice(from + opener + 1, end);
  return !rest.some((_, at) => headLength(rest, FINITE, at) > 0 && at > 0);
}

/** The rules in their order: the first that applies decides. */
import type { Lexicon } from '../lexicon.ts';
import { beforeTails, contains, headLength, pastHeads, tailLength } from '../phrases.ts';
import type { EndpointQuestion, Finding } from '../question.ts';
import type { Utterance } from '../utterance.ts';
import { amountRule, choiceRule, roundNumberRule, socialRule, unaskedYesRule } from './answers.ts';
import { dateRule, timeRule } from './calendar.ts';
import { dictationRule } from './dictation.ts';
import { addressRule, emailRule, nameRule, spellingRule, strayEmailRule } from './names.ts';

type Rule = (utterance: Utterance, question: EndpointQuestion, lexicon: Lexicon) => Finding | undefined;

/** One word may stand before what announces an answer; with more of them the sentence tells something else. */
const BEFORE_ANNOUNCEMENT = 1;
const SHORTEST_QUESTION = 2;
const SHORTEST_QUESTION_IN_ANSWER = 4;
const SHORT_OBJECT = 3;
const LONGEST_NAME = 2;
/** "Hang on, I'm driving." */
const LONGEST_EXCUSE = 3;

const RULES: readonly Rule[] = [
  corrected,
  held,
  refused,
  dictationRule,
  thinking,
  ({ words }, question, lexicon) => socialRule(words, question, lexicon),
  announced,
  emailEnded,
  dangling,
  ({ words }, _, lexicon) => unaskedYesRule(words, lexicon),
  brokenOff,
  closed,
  listed,
  asked,
  answered,
  subordinate,
  ({ words }, _, lexicon) => strayEmailRule(words, lexicon),
  ({ words }, _, lexicon) => roundNumberRule(words, lexicon),
];

/** What the words of a known language say about their end. */
export function findEnding(utterance: Utterance, question: EndpointQuestion, lexicon: Lexicon): Finding {
  for (const rule of RULES) {
    const finding = rule(utterance, question, lexicon);
    if (finding) return finding;
  }
  return statement(utterance, lexicon);
}

/** "One moment please": as the last words, or as the first with only the reason after them. */
function held({ words }: Utterance, _: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const end = beforeTails(words, lexicon.closers);
  const opening = pastHeads(words, lexicon.openers);
  const first = opening === words.length ? 0 : opening;
  const held = Math.max(tailLength(words, lexicon.holds), tailLength(words, lexicon.holds, end));
  const led = headLength(words, lexicon.holds, first);
  const isHeld = held > tailLength(words, lexicon.finalHolds, end);
  const isLed = led > 0 && words.length - first - led <= LONGEST_EXCUSE;
  return isHeld || isLed ? { wait: 'held', reason: 'hold-request' } : undefined;
}

function corrected({ words }: Utterance, _: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  // "Five, sorry" takes it back; "I am sorry" and a lone "sorry" do not.
  const regret = words.length > 1 ? tailLength(words, lexicon.regrets) : 0;
  const count = Math.max(regret, tailLength(words, lexicon.corrections));
  return count > tailLength(words, lexicon.apologies) ? { wait: 'thinking', reason: 'self-correction' } : undefined;
}

function thinking({ words }: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const isYes = expects === 'yes-no' && words.length === 1 && lexicon.yes.all.has(last);
  const count = lexicon.hum.test(last) ? 1 : tailLength(words, lexicon.fillers);
  if (isYes || count <= tailLength(words, lexicon.finalFillers)) return undefined;
  return { wait: 'thinking', reason: 'filler' };
}

/** Before the rules of grammar, since the last words of a domain may read as something else: "איי אל". */
function emailEnded({ words }: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const finding = expects === 'email' ? emailRule(words, lexicon) : strayEmailRule(words, lexicon);
  return finding?.wait === 'answered' ? finding : undefined;
}

function announced({ words }: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const announces = tailLength(words, lexicon.announcements);
  const labels = tailLength(words, lexicon.labels);
  const isAnswer = expects !== 'open' && expects !== 'yes-no' && expects !== 'choice';
  const core = words.length - pastHeads(words, lexicon.openers);
  const isAnnounced = isAnswer ? announces + labels > 0 : announces > 0 && core - announces <= BEFORE_ANNOUNCEMENT;
  return isAnnounced && lexicon.questionAt(words) === undefined
    ? { wait: 'announced', reason: 'announced' }
    : undefined;
}

function dangling(utterance: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const code = lexicon.dangling(utterance, expects);
  return code === undefined ? undefined : { wait: 'dangling', reason: code };
}

function brokenOff({ mark }: Utterance): Finding | undefined {
  if (mark === 'cut') return { wait: 'dangling', reason: 'broken-off' };
  // A voice that stays up, which recognisers hear after whole sentences as well.
  return mark === 'dots' ? { wait: 'request', reason: 'trailing-off' } : undefined;
}

function closed({ words, isNewSentence }: Utterance, _: EndpointQuestion, { closers }: Lexicon): Finding | undefined {
  // "It is broken. Please" asks for something, and has not said for what.
  if (isNewSentence && words.at(-1) === 'please') return { wait: 'dangling', reason: 'announced' };
  const isClosed = words.length > 1 && tailLength(words, closers) > 0;
  return isClosed ? { wait: 'answered', reason: 'closing-words' } : undefined;
}

function refused({ words }: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  if (expects === 'open' || !contains(words, lexicon.refusals)) return undefined;
  return { wait: 'refused', reason: 'no-answer-known' };
}

/** "A cleaning, a check-up,": the voice stays up, and a recogniser that writes commas hears it. */
function listed({ mark, commas }: Utterance): Finding | undefined {
  return mark === 'comma' && commas > 1 ? { wait: 'dangling', reason: 'rising-list' } : undefined;
}

function asked({ words, mark }: Utterance, { expects }: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const at = lexicon.questionAt(words);
  const length = at === undefined ? 0 : words.length - at;
  // "Will Smith" and "May 5" begin like questions.
  const isNameLike = expects === 'name' || expects === 'date' || expects === 'number';
  if (mark === 'question' && !isNameLike) return { wait: 'asked', reason: 'question-mark' };
  if (length < (isNameLike ? SHORTEST_QUESTION_IN_ANSWER : SHORTEST_QUESTION)) return undefined;
  return lexicon.isSubordinate(words.slice(at)) ? undefined : { wait: 'asked', reason: 'question' };
}

function answered({ words }: Utterance, question: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  const from = pastHeads(words, lexicon.openers);
  const end = beforeTails(words, lexicon.softeners);
  const answer = from < end ? words.slice(from, end) : words;
  switch (question.expects) {
    case 'choice':
      return choiceRule(answer);
    case 'number':
      return amountRule(answer, lexicon);
    case 'date':
      return dateRule(answer, lexicon) ?? timeRule(answer, lexicon);
    case 'time':
      return timeRule(answer, lexicon);
    case 'name':
      return nameRule(words, lexicon);
    case 'email':
      return emailRule(answer, lexicon);
    case 'address':
      return addressRule(answer, lexicon);
    default:
      return spellingRule(answer, lexicon);
  }
}

function subordinate({ words }: Utterance, _: EndpointQuestion, lexicon: Lexicon): Finding | undefined {
  return lexicon.isSubordinate(words) ? { wait: 'dangling', reason: 'clause-without-main' } : undefined;
}

/** Words that may be all and may go on. */
function statement({ words }: Utterance, { names, sentence, openers }: Lexicon): Finding {
  const from = pastHeads(words, openers);
  const named = headLength(words, names.givers, from);
  // Who gives a name often spells it.
  if (named > 0 && words.length - from - named <= LONGEST_NAME) return { wait: 'request', reason: 'name-given' };
  const request = headLength(words, sentence.requests, from);
  const isFinal = tailLength(words, sentence.finals) > 0;
  const object = words.length - from - request;
  if (request > 0 && object <= SHORT_OBJECT && !isFinal) return { wait: 'request', reason: 'short-request' };
  const isSentence = words.length - from >= sentence.shortest;
  if (isFinal && isSentence) return { wait: 'sentence', reason: 'whole-sentence' };
  return isSentence ? { wait: 'plain', reason: 'statement' } : { wait: 'fragment', reason: 'fragment' };
}

/**
 * JSGF rule bodies for a recogniser with a small vocabulary. Such a recogniser forces whatever it hears into the
 * grammar, so each question's grammar is kept as narrow as callers allow: the answer, the global words, and the
 * corrections that make sense by now. English only; every word but the
 * author's own is in the CMU dictionary.
 */
import { regionOf } from './answers/answer.ts';
import { waysToSay } from './answers/choice.ts';
import { WEEKDAYS } from './answers/date.ts';
import { COMMON_NAMES } from './answers/name.ts';
import { englishNumber } from './answers/number-words.ts';
import type { ChoiceQuestion, Flow, NameQuestion, NumberQuestion, Question, TimeQuestion } from './definition.ts';
import { applicable, type FlowState, filled, questionOf } from './state.ts';
import { labelsOf } from './understand.ts';

const YES = [
  'yes',
  'yes please',
  'yeah',
  'yep',
  'sure',
  'okay',
  'correct',
  "that's right",
  "yes that's right",
  "that's correct",
];
const NO = ['no', 'nope', 'no thanks', 'no thank you', 'wrong', "that's wrong", "no that's wrong", 'not right'];
const GLOBAL = [
  'repeat',
  'repeat please',
  'please repeat',
  'say that again',
  'help',
  'operator',
  'goodbye',
  'cancel',
  'yes',
  'no',
];
const DIGITS = ['zero', 'oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The rule body for this state; undefined where any words may come. */
export function grammarOf(flow: Flow, state: FlowState): string | undefined {
  const { phase } = state;
  switch (phase.name) {
    case 'asking': {
      const question = questionOf(flow, phase.slot);
      const own = question && !phase.last ? (question.grammar ?? answer(flow, state, question)) : undefined;
      return own === undefined ? undefined : oneOf([own, ...corrections(flow, state, question), ...GLOBAL]);
    }
    case 'reading-back': {
      const question = questionOf(flow, phase.slot);
      const own = question && body(question, flow.language);
      return oneOf([
        ...YES,
        ...NO,
        ...(own === undefined ? [] : [`[no] ${own}`]),
        ...corrections(flow, state),
        ...GLOBAL,
      ]);
    }
    case 'summing-up':
      return oneOf([...YES, ...NO, ...corrections(flow, state), ...GLOBAL]);
    case 'changing':
      return oneOf(['nothing', ...changing(flow, state), ...corrections(flow, state), ...GLOBAL]);
    case 'ended':
      return undefined;
  }
}

function oneOf(alternatives: readonly string[]): string {
  const all = [...new Set(alternatives)];
  return all.length === 1 ? all[0]! : `( ${all.join(' | ')} )`;
}

/** The answer, followed by the day and the time if these are still open: "a cleaning on Tuesday at ten". */
function answer(flow: Flow, state: FlowState, question: Question): string | undefined {
  const own = body(question, flow.language);
  if (own === undefined || (question.kind !== 'choice' && question.kind !== 'date')) return own;
  const open = applicable(flow, state.slots).filter(
    (each) => each !== question && state.slots[each.slot] === undefined,
  );
  const date = question.kind === 'date' ? undefined : open.find((each) => each.kind === 'date');
  const time = open.find((each) => each.kind === 'time');
  const at = time ? `[ ${body(time, flow.language)} ]` : '';
  if (date) return `${own} [ ${body(date, flow.language)} ${at} ]`;
  return question.kind === 'date' ? `${own} ${at}`.trim() : own;
}

function body(question: Question, language: string): string | undefined {
  switch (question.kind) {
    case 'yes-no':
      return oneOf([...YES, ...NO]);
    case 'choice':
      return choice(question);
    case 'name':
      return name(question);
    case 'phone':
      return phone(regionOf(language));
    case 'number':
      return number(question);
    case 'date':
      return `( [ on | next | this ] ${oneOf(WEEKDAYS)} | today | tomorrow | the day after tomorrow )`;
    case 'time':
      return time(question);
    case 'text':
      return undefined;
  }
}

/**
 * Of connected digits a small recogniser drops and inserts some, so the lengths of the country are spelled out where
 * they are few; "double five" is left out because it is heard into everything.
 */
function phone(region: string): string {
  const digit = oneOf(DIGITS);
  const digits = (count: number) => Array.from({ length: count }, () => digit).join(' ');
  const hasFewLengths = region === 'US' || region === 'CA';
  return `[ my number is | it's | it is ] ${hasFewLengths ? oneOf([`[ one ] ${digits(10)}`, digits(7)]) : `${digit}+`}`;
}

function choice(question: ChoiceQuestion): string {
  const ways = question.options.flatMap(waysToSay).map(spelled);
  const spoken = ways.filter((way): way is string => way !== undefined).map((way) => way.replace(/^(?:an?|the) /u, ''));
  return `[ i'd like | i would like | i need | i want | it's | for | to make | please ] [ a | an | the | to ] ${oneOf(spoken)} [ please ]`;
}

/** The phrase in the letters of the dictionary, or undefined when it cannot be written so. */
function spelled(phrase: string): string | undefined {
  const words = phrase
    .toLowerCase()
    .replace(/[^a-z0-9' ]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return /^[a-z' ]+$/u.test(words) ? words : undefined;
}

function name(question: NameQuestion): string {
  const { first, last = [] } = question.names ?? COMMON_NAMES;
  const of = (names: readonly string[]) =>
    oneOf(names.map(spelled).filter((each): each is string => each !== undefined));
  const surname = last.length > 0 ? ` [ ${of(last)} ]` : '';
  return `[ my name is | the name is | this is | it's | it is | i'm | i am ] ${of(first)}${surname}`;
}

/** As many numbers as a recogniser can be trusted to tell apart are listed; beyond that, any composition. */
const LISTED_NUMBERS = 60;

function number({ min = 0, max = Number.POSITIVE_INFINITY, units = [] }: NumberQuestion): string {
  const nouns = units.map(spelled).filter((unit): unit is string => unit !== undefined);
  const noun = nouns.length > 0 ? ` [ ${oneOf(nouns)} ]` : '';
  if (max < 100 && max - min < LISTED_NUMBERS) {
    const values = Array.from({ length: Math.floor(max) - Math.ceil(min) + 1 }, (_, index) => Math.ceil(min) + index);
    return `${oneOf(values.map(englishNumber))}${noun}`;
  }
  const words = Array.from({ length: 28 }, (_, index) => englishNumber(index < 20 ? index : (index - 18) * 10));
  return `( ${words.join(' | ')} | a hundred | hundred | thousand | million | point | and a half )+${noun}`;
}

function time({ within }: TimeQuestion): string {
  const from = within ? Number(within.from.slice(0, 2)) : 0;
  const to = within ? Number(within.to.slice(0, 2)) : 23;
  const hours = Array.from({ length: to - from + 1 }, (_, index) => ((from + index + 11) % 12) + 1);
  const dial = oneOf(hours.map(englishNumber));
  const part = '[ in the morning | in the afternoon | in the evening ]';
  return `[ at ] ( ${dial} [ thirty | o'clock ] ${part} | half past ${dial} ${part} | noon )`;
}

function corrections(flow: Flow, state: FlowState, current?: Question): readonly string[] {
  const known = filled(flow, state).filter((question) => question !== current);
  const dated = known.filter(({ kind }) => kind === 'date' || kind === 'time');
  return [
    ...dated.map((question) => `[ no | actually ] [ make it | on ] ${body(question, flow.language)}`),
    ...dated.map((question) => `not ${body(question, flow.language)} ${body(question, flow.language)}`),
    ...known.flatMap((question) => labelPhrases(question).map((label) => `change the ${label}`)),
  ];
}

/** Where the caller was just asked what to change, the new value or its name is enough. */
function changing(flow: Flow, state: FlowState): readonly string[] {
  return filled(flow, state).flatMap((question) => {
    const own = question.kind === 'phone' || question.kind === 'yes-no' ? undefined : body(question, flow.language);
    return [...labelPhrases(question).map((label) => `[ the | my ] ${label}`), ...(own === undefined ? [] : [own])];
  });
}

function labelPhrases(question: Question): readonly string[] {
  return labelsOf(question, 'en')
    .map(spelled)
    .filter((label): label is string => label !== undefined);
}

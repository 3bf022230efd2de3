import type { Expectation } from '../contracts.ts';
import { waysToSay } from './answers/choice.ts';
import { sampleDays } from './answers/date.ts';
import { COMMON_NAMES } from './answers/name.ts';
import { YES_NO_SAMPLES } from './answers/yes-no.ts';
import type { Flow, FlowLanguage, NameQuestion, Question } from './definition.ts';
import { grammarOf } from './grammar.ts';
import { type FlowState, languageOf, questionOf } from './state.ts';
import { cleanText } from './text.ts';

const KINDS = {
  'yes-no': 'yes-no',
  choice: 'choice',
  name: 'name',
  phone: 'phone',
  number: 'number',
  date: 'date',
  time: 'time',
  text: 'open',
} as const satisfies Record<Question['kind'], Expectation['kind']>;

/** What a recogniser should listen for in this state. */
export function expectationOf(flow: Flow, state: FlowState): Expectation {
  const language = languageOf(flow);
  const { phase } = state;
  const question = phase.name === 'asking' ? questionOf(flow, phase.slot) : undefined;
  const isOpen = phase.name === 'ended' || phase.name === 'changing' || ('last' in phase && phase.last);
  const isYesNo = phase.name === 'reading-back' || phase.name === 'summing-up';
  const kind = isYesNo ? 'yes-no' : isOpen || !question ? 'open' : kindOf(question);
  const phrases = isYesNo ? YES_NO_SAMPLES[language] : question ? samples(question, language) : [];
  const grammar = language === 'en' ? grammarOf(flow, state) : undefined;
  return {
    kind,
    ...(phrases.length > 0 ? { phrases: [...new Set(phrases.map((each) => cleanText(each).toLowerCase()))] } : {}),
    ...(grammar === undefined ? {} : { grammar }),
    ...(isSensitive(flow, state) ? { sensitive: true } : {}),
    ...(question?.keysInterrupt === undefined ? {} : { keysInterrupt: question.keysInterrupt }),
  };
}

/** What was said in confidence may be heard again when it is read back, alone or with everything else. */
function isSensitive(flow: Flow, { phase, slots }: FlowState): boolean {
  const asked = 'slot' in phase ? [phase.slot] : phase.name === 'ended' ? [] : Object.keys(slots);
  return asked.some((slot) => questionOf(flow, slot)?.sensitive === true);
}

function kindOf(question: Question): Expectation['kind'] {
  return question.kind === 'choice' && question.open ? 'open' : KINDS[question.kind];
}

function samples(question: Question, language: FlowLanguage): readonly string[] {
  switch (question.kind) {
    case 'yes-no':
      return YES_NO_SAMPLES[language];
    case 'choice':
      return question.options.flatMap(waysToSay);
    case 'name':
      return sampleNames(question, language);
    case 'date':
      return sampleDays(language);
    case 'number':
      return question.units ?? [];
    case 'phone':
    case 'time':
    case 'text':
      return [];
  }
}

function sampleNames(question: NameQuestion, language: FlowLanguage): readonly string[] {
  const names = question.names ?? (language === 'en' ? COMMON_NAMES : undefined);
  return names ? [...names.first, ...(names.last ?? [])] : [];
}

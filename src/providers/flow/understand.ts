import { type AnswerContext, findAnswers, isDenied, pickMeant } from './answers/answer.ts';
import { yesOrNo } from './answers/yes-no.ts';
import type { Flow, FlowLanguage, Question } from './definition.ts';
import { type Found, hasPhrase, phraseAt } from './phrase.ts';
import { applicable, type FlowState, filled, languageOf } from './state.ts';
import { type Token, wordsOf } from './text.ts';

type Values = Readonly<Record<string, string>>;

const DENIALS: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: ['no', 'not', 'nope', 'wrong', 'sorry', 'actually', 'wait'],
  he: ['לא', 'טעות', 'בעצם', 'סליחה', 'רגע'],
};
const CHANGES: Readonly<Record<FlowLanguage, readonly string[]>> = {
  en: [
    'change',
    'correct',
    'fix',
    'wrong',
    'edit',
    'update',
    'different',
    'another',
    'not right',
    'isnt right',
    'instead',
  ],
  he: [
    'לשנות',
    'תשנה',
    'תשני',
    'שנה',
    'לתקן',
    'תתקן',
    'תתקני',
    'להחליף',
    'תחליף',
    'תחליפי',
    'לא נכון',
    'לא נכונה',
    'טעות',
    'שגוי',
    'אחר',
    'אחרת',
  ],
};
/** How callers name a slot by its kind. */
const LABELS: Readonly<Record<FlowLanguage, Partial<Record<Question['kind'], readonly string[]>>>> = {
  en: { date: ['day', 'date'], time: ['time', 'hour'], name: ['name'], phone: ['phone', 'phone number', 'number'] },
  he: { date: ['יום', 'תאריך'], time: ['שעה', 'זמן'], name: ['שם'], phone: ['טלפון', 'מספר טלפון', 'מספר'] },
};

/** Whether the words begin by taking something back: "no, …", "not …", "actually …". */
export function startsWithDenial(tokens: readonly Token[], language: FlowLanguage): boolean {
  return DENIALS[language].includes(tokens[0]?.text ?? '');
}

export function labelsOf(question: Question, language: FlowLanguage): readonly string[] {
  const units = question.kind === 'number' ? (question.units ?? []) : [];
  return [...(question.called ?? []), ...(LABELS[language][question.kind] ?? []), ...units];
}

function contextOf(flow: Flow, strict: boolean): AnswerContext {
  return { locale: flow.language, language: languageOf(flow), strict };
}

/** The answer to the question that was asked; a sure sign of its kind goes before a bare word. */
export function ownAnswer(flow: Flow, question: Question, tokens: readonly Token[]): Found | undefined {
  const language = languageOf(flow);
  const sure = findAnswers(question, tokens, contextOf(flow, true));
  const affirmed = sure.filter((found) => !isDenied(found, tokens, language));
  if (affirmed.length > 0) return pickMeant(affirmed, tokens, language);
  return pickMeant(findAnswers(question, tokens, contextOf(flow, false)), tokens, language);
}

/** Values for other slots in the same breath: "a cleaning on Tuesday at ten". */
export function extraAnswers(
  flow: Flow,
  state: FlowState,
  tokens: readonly Token[],
  own: { readonly question: Question; readonly found: Found | undefined },
): Values {
  const known = own.found ? { ...state.slots, [own.question.slot]: own.found.value } : state.slots;
  const taken: Found[] = own.found ? [own.found] : [];
  const values: Record<string, string> = {};
  for (const question of applicable(flow, known)) {
    const old = state.slots[question.slot];
    if (question === own.question || (question.kind === own.question.kind && !tellsApart(question))) continue;
    if (old !== undefined && !['date', 'time', 'choice'].includes(question.kind)) continue;
    const found = sureAnswer(flow, question, tokens, taken);
    if (!found) continue;
    taken.push(found);
    if (found.value !== old && question.refuse?.(found.value) === undefined) values[question.slot] = found.value;
  }
  return values;
}

/** Options differ from question to question, and so do units; two days or two names cannot be told apart. */
const tellsApart = (question: Question): boolean => question.kind === 'choice' || question.kind === 'number';

function sureAnswer(
  flow: Flow,
  question: Question,
  tokens: readonly Token[],
  taken: readonly Found[],
): Found | undefined {
  const language = languageOf(flow);
  const free = findAnswers(question, tokens, contextOf(flow, true)).filter(
    (found) => !taken.some((other) => found.from < other.to && other.from < found.to),
  );
  const found = pickMeant(free, tokens, language);
  return found && !isDenied(found, tokens, language) ? found : undefined;
}

/**
 * New values for slots that are filled already. `loose` also takes what only a correction can mean: "not four, five".
 */
export function corrections(
  flow: Flow,
  state: FlowState,
  tokens: readonly Token[],
  options: { readonly except?: string; readonly loose: boolean },
): Values {
  const questions = filled(flow, state).filter(({ slot, kind }) => slot !== options.except && isCorrectable(kind));
  const taken: Found[] = [];
  const sure: Record<string, string> = {};
  for (const question of questions) {
    const found = sureAnswer(flow, question, tokens, taken);
    if (!found) continue;
    taken.push(found);
    if (found.value !== state.slots[question.slot] && accepts(question, found.value)) sure[question.slot] = found.value;
  }
  if (taken.length > 0 || !options.loose) return sure;
  return looseCorrection(flow, state, tokens, questions);
}

const isCorrectable = (kind: Question['kind']): boolean => kind !== 'yes-no' && kind !== 'text';
const accepts = (question: Question, value: string): boolean => question.refuse?.(value) === undefined;

function looseCorrection(
  flow: Flow,
  state: FlowState,
  tokens: readonly Token[],
  questions: readonly Question[],
): Values {
  const language = languageOf(flow);
  const order = Object.keys(state.slots);
  const candidates = questions.flatMap((question) => {
    const all = findAnswers(question, tokens, contextOf(flow, false));
    const found = pickMeant(all, tokens, language);
    const old = state.slots[question.slot];
    if (!found || found.value === old || !accepts(question, found.value)) return [];
    const deniesOld = all.some((each) => each.value === old && isDenied(each, tokens, language));
    // A name could be anything, so every other reading goes before it.
    const rank = (deniesOld ? 1000 : 0) + (question.kind === 'name' ? 0 : 100) + order.indexOf(question.slot);
    return [{ slot: question.slot, value: found.value, rank }];
  });
  const best = candidates.sort((a, b) => b.rank - a.rank)[0];
  return best ? { [best.slot]: best.value } : {};
}

export interface ChangeRequest {
  readonly question: Question;
  /** The new value, if it was said as well: "change the day to Tuesday". */
  readonly value?: string;
}

/**
 * A slot that is called by its name in order to change it. `named` is enough where the caller was just asked what to
 * change; elsewhere a word of change or denial must be there.
 */
export function changeRequest(
  flow: Flow,
  state: FlowState,
  tokens: readonly Token[],
  options: { readonly named: boolean; readonly except?: string },
): ChangeRequest | undefined {
  const language = languageOf(flow);
  const asks = options.named || startsWithDenial(tokens, language) || hasPhrase(tokens, CHANGES[language], language);
  if (!asks) return undefined;
  for (const question of filled(flow, state)) {
    if (question.slot === options.except) continue;
    const after = labelEnd(tokens, question, language);
    if (after === undefined) continue;
    const found = question.kind === 'text' ? undefined : valueBeside(flow, question, tokens, after);
    // The value that is known already is no request: the caller insists on it.
    if (found && found.value === state.slots[question.slot]) continue;
    return found && accepts(question, found.value) ? { question, value: found.value } : { question };
  }
  return undefined;
}

/** The value may stand before its name ("four rooms") or after it ("the name to Anna"). */
function valueBeside(flow: Flow, question: Question, tokens: readonly Token[], after: number): Found | undefined {
  return ownAnswer(flow, question, tokens) ?? ownAnswer(flow, question, tokens.slice(after));
}

function labelEnd(tokens: readonly Token[], question: Question, language: FlowLanguage): number | undefined {
  for (let at = 0; at < tokens.length; at++) {
    for (const label of labelsOf(question, language)) {
      const length = phraseAt(tokens, at, wordsOf(label), { language });
      if (length > 0) return at + length;
    }
  }
  return undefined;
}

/** Whether the words only repeat what is known already, as callers do when an answer of ours was lost. */
export function repeatsKnown(flow: Flow, state: FlowState, tokens: readonly Token[]): boolean {
  return filled(flow, state).some(
    (question) =>
      ['date', 'time', 'choice', 'phone'].includes(question.kind) &&
      ownAnswer(flow, question, tokens)?.value === state.slots[question.slot],
  );
}

/** "Nothing", "it's all fine": the answer of a caller who did not mean to change anything. */
export function changesNothing(tokens: readonly Token[], language: FlowLanguage): boolean {
  const nothing = { en: ['nothing', 'its fine', 'all good'], he: ['כלום', 'שום דבר', 'הכל בסדר', 'הכול בסדר'] };
  return hasPhrase(tokens, nothing[language], language) || yesOrNo(tokens, language) === 'yes';
}

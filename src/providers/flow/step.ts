import { type Line, mergeLines } from '../../text/line.ts';
import type { Expectation, Outcome } from '../contracts.ts';
import { type Intent, insideIntent, wholeIntent } from './answers/intents.ts';
import { yesOrNo } from './answers/yes-no.ts';
import type { Flow, Question, Words } from './definition.ts';
import { expectationOf } from './expect.ts';
import { linesOf } from './lines.ts';
import { currentQuestion, promptOf } from './prompt.ts';
import {
  applicable,
  type FlowState,
  filled,
  INITIAL_FLOW_STATE,
  languageOf,
  questionOf,
  render,
  saidOf,
  withoutSlot,
  withSlots,
} from './state.ts';
import { rawText, type Token, tokenise } from './text.ts';
import {
  changeRequest,
  changesNothing,
  corrections,
  extraAnswers,
  ownAnswer,
  repeatsKnown,
  startsWithDenial,
} from './understand.ts';

export interface FlowStep {
  readonly state: FlowState;
  /** One after the other; empty when there is nothing to say. */
  readonly say: readonly Line[];
  readonly expect: Expectation;
  readonly outcome?: Outcome;
  readonly hangUp?: true;
}

/** Answers in a row that are met with another try; the next one takes the way out. */
const TRIES_MORE = 2;

/** Before the caller has spoken: the opening, and the first question as what is expected. */
export function startFlow(flow: Flow): FlowStep {
  const first = advance(flow, INITIAL_FLOW_STATE);
  return flow.opening === undefined ? first : { ...first, say: mergeLines([flow.opening]) };
}

/** One caller turn. Pure and total: any string is a turn. */
export function stepFlow(flow: Flow, state: FlowState, utterance: string): FlowStep {
  if (state.phase.name === 'ended') return end(flow, state, [linesOf(flow, languageOf(flow)).afterEnd]);
  const tokens = tokenise(utterance);
  const language = languageOf(flow);
  const question = currentQuestion(flow, state);
  const whole = wholeIntent(tokens, language);
  if (whole) return followIntent(flow, state, whole);
  const takesAnything =
    question?.kind === 'choice' && question.open === true && ownAnswer(flow, question, tokens) === undefined;
  const inside = insideIntent(tokens, language);
  if (takesAnything && inside) return followIntent(flow, state, inside);
  const heard = hear(flow, state, tokens);
  if (heard) return heard;
  return inside ? followIntent(flow, state, inside) : miss(flow, state, tokens);
}

/** What stands to be answered, said again: after a pause, or when the caller asks for it. */
export function askAgain(flow: Flow, state: FlowState): FlowStep {
  return ask(flow, state, []);
}

function hear(flow: Flow, state: FlowState, tokens: readonly Token[]): FlowStep | undefined {
  const { phase } = state;
  switch (phase.name) {
    case 'asking': {
      const question = questionOf(flow, phase.slot)!;
      return phase.last ? keepWords(flow, state, question, tokens) : hearAnswer(flow, state, question, tokens);
    }
    case 'reading-back':
      return hearReadBack(flow, state, questionOf(flow, phase.slot)!, tokens);
    case 'summing-up':
      return hearSummary(flow, state, tokens);
    case 'changing':
      return (
        hearChange(flow, state, tokens, true) ??
        (changesNothing(tokens, languageOf(flow)) ? advance(flow, state) : undefined)
      );
    case 'ended':
      return undefined;
  }
}

function hearAnswer(flow: Flow, state: FlowState, question: Question, tokens: readonly Token[]): FlowStep | undefined {
  const denies = startsWithDenial(tokens, languageOf(flow));
  // What is taken for an answer to these kinds would otherwise swallow "no, Tuesday".
  const greedy = ['yes-no', 'name', 'text'].includes(question.kind) || (question.kind === 'choice' && question.open);
  const early = denies && greedy ? hearChange(flow, state, tokens, false) : undefined;
  if (early) return early;
  const found = ownAnswer(flow, question, tokens);
  const refusal = found && question.refuse?.(found.value);
  if (refusal !== undefined) return tryAgain(flow, state, question, refusal);
  const extras = question.kind === 'text' ? {} : extraAnswers(flow, state, tokens, { question, found });
  if (found) {
    const values = { [question.slot]: found.value, ...extras };
    return advance(flow, withSlots(state, values), acknowledgement(flow, withSlots(state, values), question));
  }
  const changed = hearChange(flow, state, tokens, denies);
  if (changed) return changed;
  if (Object.keys(extras).length > 0) return advance(flow, withSlots(state, extras));
  return hearOpenChoice(flow, state, question, tokens);
}

function hearOpenChoice(
  flow: Flow,
  state: FlowState,
  question: Question,
  tokens: readonly Token[],
): FlowStep | undefined {
  if (question.kind !== 'choice' || !question.open || tokens.length === 0) return undefined;
  if (yesOrNo(tokens, languageOf(flow)) !== undefined && tokens.length <= 2) return undefined;
  const next = withSlots(state, { [question.slot]: rawText(tokens) });
  return advance(flow, next, acknowledgement(flow, next, question));
}

function acknowledgement(flow: Flow, state: FlowState, question: Question): readonly Line[] {
  return question.acknowledge === undefined ? [] : [render(question.acknowledge, saidOf(flow, state))];
}

/** A correction of what is known: a new value, or the name of the slot to ask for again. */
function hearChange(flow: Flow, state: FlowState, tokens: readonly Token[], loose: boolean): FlowStep | undefined {
  const slot = state.phase.name === 'asking' ? state.phase.slot : undefined;
  const except = slot === undefined ? {} : { except: slot };
  const request = changeRequest(flow, state, tokens, { named: state.phase.name === 'changing', ...except });
  if (request && request.value === undefined) return advance(flow, withoutSlot(state, request.question.slot));
  const values = request
    ? { [request.question.slot]: request.value! }
    : corrections(flow, state, tokens, { loose, ...except });
  const changed = Object.keys(values);
  if (changed.length === 0) return undefined;
  const next = withSlots(state, values);
  const said = saidOf(flow, next);
  const value = changed.map((each) => said[each]).join(', ');
  const line = render(linesOf(flow, languageOf(flow)).changed, { value });
  // The summary that follows names the new value anyway.
  return advance(flow, next, willSumUp(flow, next) ? [] : [line]);
}

function hearReadBack(
  flow: Flow,
  state: FlowState,
  question: Question,
  tokens: readonly Token[],
): FlowStep | undefined {
  const language = languageOf(flow);
  const agreed = yesOrNo(tokens, language);
  const old = state.slots[question.slot];
  const isOwnKind = question.kind !== 'yes-no' && question.kind !== 'text';
  const mayRename = question.kind !== 'name' || startsWithDenial(tokens, language);
  const found = isOwnKind && mayRename ? ownAnswer(flow, question, tokens) : undefined;
  const changed = found && found.value !== old && question.refuse?.(found.value) === undefined;
  if (changed) return advance(flow, withSlots(state, { [question.slot]: found.value }));
  const other = hearChange(flow, state, tokens, false);
  if (other && agreed !== 'yes') return other;
  if (agreed === 'yes' || (agreed === undefined && found?.value === old && found !== undefined)) {
    return advance(flow, { ...state, confirmed: [...state.confirmed, question.slot], rejections: 0 });
  }
  if (agreed !== 'no') return undefined;
  const rejected = { ...withoutSlot(state, question.slot), rejections: state.rejections + 1 };
  return rejected.rejections > TRIES_MORE ? wayOut(flow, rejected, question) : advance(flow, rejected);
}

function hearSummary(flow: Flow, state: FlowState, tokens: readonly Token[]): FlowStep | undefined {
  const language = languageOf(flow);
  const changed = hearChange(flow, state, tokens, startsWithDenial(tokens, language));
  if (changed) return changed;
  const agreed = yesOrNo(tokens, language);
  if (agreed === 'yes') return complete(flow, state);
  return agreed === 'no' ? ask(flow, { ...state, phase: { name: 'changing' }, misses: 0 }, []) : undefined;
}

function keepWords(flow: Flow, state: FlowState, question: Question, tokens: readonly Token[]): FlowStep {
  const found = ownAnswer(flow, question, tokens);
  const fits = found && question.refuse?.(found.value) === undefined;
  const words = fits ? found.value : rawText(tokens);
  if (words === '') return advance(flow, { ...state, skipped: [...state.skipped, question.slot] });
  const next = withSlots(state, { [question.slot]: words });
  return advance(
    flow,
    { ...next, confirmed: [...next.confirmed, question.slot] },
    acknowledgement(flow, next, question),
  );
}

function followIntent(flow: Flow, state: FlowState, intent: Intent): FlowStep {
  const lines = linesOf(flow, languageOf(flow));
  const said = saidOf(flow, state);
  switch (intent) {
    case 'repeat':
      return ask(flow, state, []);
    case 'help':
      return ask(flow, state, [render(currentQuestion(flow, state)?.help ?? lines.help, said)]);
    case 'operator': {
      const words = [render(flow.operator?.say ?? lines.operator, said)];
      return flow.operator?.hangUp ? abandon(flow, state, words) : ask(flow, state, words);
    }
    case 'goodbye':
      return abandon(flow, state, [lines.cancelled]);
  }
}

function miss(flow: Flow, state: FlowState, tokens: readonly Token[]): FlowStep {
  const lines = linesOf(flow, languageOf(flow));
  const question = currentQuestion(flow, state);
  if (state.misses >= TRIES_MORE)
    return question ? wayOut(flow, state, question) : abandon(flow, state, [lines.giveUp]);
  const next = { ...state, misses: state.misses + 1 };
  // The caller's answer was taken, but our reply to it was lost on the way: no reason to apologise.
  if (repeatsKnown(flow, state, tokens)) return ask(flow, next, []);
  const apology = state.misses === 0 ? lines.notUnderstood : lines.stillNotUnderstood;
  if (state.phase.name === 'summing-up') return { ...ask(flow, next, []), say: mergeLines([apology, lines.yesOrNo]) };
  const softer = state.phase.name === 'asking' ? question?.askAgain : undefined;
  if (softer === undefined) return ask(flow, next, [apology]);
  return { ...ask(flow, next, []), say: mergeLines([apology, render(softer, saidOf(flow, next))]) };
}

/** A value that was understood and cannot be taken; it counts as a try. */
function tryAgain(flow: Flow, state: FlowState, question: Question, refusal: string): FlowStep {
  if (state.misses >= TRIES_MORE) return wayOut(flow, state, question);
  return ask(flow, { ...state, misses: state.misses + 1 }, [refusal]);
}

function wayOut(flow: Flow, state: FlowState, question: Question): FlowStep {
  const out = question.otherwise;
  const say = (words: Words) => render(words, saidOf(flow, state));
  switch (out?.type) {
    case 'skip': {
      const words = out.say === undefined ? [] : [say(out.say)];
      if (out.value === undefined)
        return advance(flow, { ...state, skipped: [...state.skipped, question.slot] }, words);
      const next = withSlots(state, { [question.slot]: out.value });
      return advance(flow, { ...next, confirmed: [...next.confirmed, question.slot] }, words);
    }
    case 'take-words': {
      const phase = { name: 'asking', slot: question.slot, last: true } as const;
      return ask(flow, { ...state, phase, misses: 0, rejections: 0 }, []);
    }
    case 'end':
      return abandon(flow, state, [say(out.say)]);
    case undefined:
      return abandon(flow, state, [linesOf(flow, languageOf(flow)).giveUp]);
  }
}

/** On to whatever is still open: a read-back, the next question, the summary, or the end. */
function advance(flow: Flow, state: FlowState, before: readonly Line[] = []): FlowStep {
  const fresh = { ...state, misses: 0 };
  const pending = filled(flow, state).find(({ confirm, slot }) => confirm && !state.confirmed.includes(slot));
  if (pending) return ask(flow, { ...fresh, phase: { name: 'reading-back', slot: pending.slot } }, before);
  const open = firstOpen(flow, state);
  if (open) {
    const rejections = open.confirm ? state.rejections : 0;
    return ask(flow, { ...fresh, rejections, phase: { name: 'asking', slot: open.slot } }, before);
  }
  if (willSumUp(flow, state)) return ask(flow, { ...fresh, phase: { name: 'summing-up' } }, before);
  return complete(flow, fresh, before);
}

function firstOpen(flow: Flow, state: FlowState): Question | undefined {
  const isOpen = ({ slot }: Question) => state.slots[slot] === undefined && !state.skipped.includes(slot);
  return applicable(flow, state.slots).find(isOpen);
}

function willSumUp(flow: Flow, state: FlowState): boolean {
  return flow.confirm !== false && !firstOpen(flow, state) && filled(flow, state).length > 0;
}

function ask(flow: Flow, state: FlowState, before: readonly Line[]): FlowStep {
  return { state, say: mergeLines([...before, promptOf(flow, state)]), expect: expectationOf(flow, state) };
}

function complete(flow: Flow, state: FlowState, before: readonly Line[] = []): FlowStep {
  const closing = render(flow.closing ?? linesOf(flow, languageOf(flow)).closing, saidOf(flow, state));
  return { ...end(flow, state, [...before, closing]), outcome: outcomeOf(flow, state, 'completed') };
}

function abandon(flow: Flow, state: FlowState, words: readonly Line[]): FlowStep {
  return { ...end(flow, state, words), outcome: outcomeOf(flow, state, 'abandoned') };
}

function end(flow: Flow, state: FlowState, words: readonly Line[]): FlowStep {
  const ended: FlowState = { ...state, phase: { name: 'ended' } };
  return { state: ended, say: mergeLines(words), expect: expectationOf(flow, ended), hangUp: true };
}

function outcomeOf(flow: Flow, state: FlowState, status: Outcome['status']): Outcome {
  const slots = filled(flow, state).map(({ slot }) => [slot, state.slots[slot]!] as const);
  return { status, flow: flow.name, slots: Object.fromEntries(slots) };
}

/** How replies of the agent begin, and how they end before their time. */
import type { EndReason, LineName, Turn } from './call-event.ts';
import type { CallSettings } from './settings.ts';
import { MOST_FALSE_STOPS, type ReplyTask, type TurnState } from './turn.ts';
import { abandoned, type TurnContext } from './turn-effects.ts';
import { before, listen, stay, type TurnStep } from './turn-moves.ts';

export function greet(state: TurnState, at: number): TurnStep {
  const [next, task] = newTask(state, { kind: 'greeting', at });
  return stay(next, { type: 'greeting-start', reply: task.reply });
}

/** The line was lost and is back. Words that nobody has answered are answered now; else the agent's last ones come again. */
export function resumeTurn(state: TurnState, turns: readonly Turn[], at: number): TurnStep {
  const last = turns.at(-1);
  if (last?.who === 'caller') {
    const [next, task] = newTask(state, { kind: 'answer', at });
    return stay(next, { type: 'answer-start', reply: task.reply, resumed: true });
  }
  const [next, task] = newTask(state, { kind: 'greeting', at });
  const { text = '', intended = text } = last ?? {};
  return stay(next, { type: 'resume-start', reply: task.reply, repeat: intended, heard: text });
}

/** The caller's turn is over and has words: the agent's turn begins. */
export function answer(state: TurnState, at: number): TurnStep {
  const { words, wordsFrom, silentFrom, cutIn } = state.caller;
  const [next, task] = newTask(state, { kind: 'answer', at, answers: words, from: wordsFrom, to: silentFrom, cutIn });
  const { turnFrom: _, cutIn: __, dictates: ___, held: ____, takenBack, ...rest } = next.caller;
  const kept = takenBack === words ? { takenBack } : {};
  const caller = { ...rest, ...kept, words: '', partial: '', unheard: false };
  return stay({ ...next, caller, unanswered: 0 }, { type: 'answer-start', reply: task.reply });
}

export function say(state: TurnState, line: LineName, at: number, leaving?: EndReason): TurnStep {
  const [next, task] = newTask(state, { kind: 'line', at, line, leaving });
  return stay(next, { type: 'line-start', reply: task.reply, line });
}

export interface NewTask {
  readonly kind: ReplyTask['kind'];
  readonly at: number;
  readonly line?: LineName;
  readonly leaving?: EndReason | undefined;
  readonly cutIn?: true | undefined;
  readonly answers?: string;
  readonly from?: number;
  readonly to?: number;
}

export function newTask(
  state: TurnState,
  { kind, at, line, leaving, cutIn, answers = '', from = at, to = at }: NewTask,
) {
  const reply = state.replies + 1;
  const task: ReplyTask = {
    reply,
    kind,
    ...(line === undefined ? {} : { line }),
    since: at,
    answers,
    answersFrom: from,
    answersTo: to,
    ...(leaving === undefined ? {} : { leaving }),
    ...(cutIn ? { cutIn } : {}),
    // Sound without words would make the question stutter.
    ...(line === 'person-check' ? { falseStops: MOST_FALSE_STOPS } : {}),
    fillers: 0,
    quietFrom: kind === 'answer' ? Math.min(to, at) : at,
  };
  const { endpointMs: _, prepared: __, ...caller } = state.caller;
  return [{ ...state, caller, replies: reply, phase: { name: 'thinking', task } } satisfies TurnState, task] as const;
}

export interface Farewell {
  readonly line: LineName;
  readonly reason: EndReason;
  readonly at: number;
}

/** Cancels whatever is in progress and ends the call with a line. Repeated requests change nothing. */
export function sayAndLeave(state: TurnState, { line, reason, at }: Farewell, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name === 'listening' || phase.name === 'taken') return say(state, line, at, reason);
  if (!('task' in phase) || phase.task.leaving) return stay(state);
  const effects = abandoned(phase.task, at, context);
  return before(effects, say(state, line, at, reason));
}

/** Ends the call without another word, because its last line did not come to an end. */
export function cutOff(state: TurnState, { reason, at }: Farewell, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const { task } = phase;
  const effects = abandoned(task, at, context);
  return before(effects, hangUp(state, task.leaving ?? reason, at, context.settings));
}

/** The reply cannot be had: apologise once, and the second time in a row end the call. */
export function giveUp(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const { task } = phase;
  const effects = abandoned(task, at, context);
  const failed = { ...state, failures: state.failures + 1 };
  const reason = task.leaving ?? 'replies-failed';
  // What an operator wanted said is the operator's to say again.
  if (
    task.line === 'cut-in' ||
    task.line === 'person-check' ||
    task.line === 'returned' ||
    (task.kind === 'say' && !task.leaving)
  )
    return before(effects, listen(state, at));
  if (task.line === 'failure') return before(effects, hangUp(failed, reason, at, context.settings));
  const isLast = failed.failures >= 2 || task.kind === 'line';
  return before(effects, isLast ? say(failed, 'failure', at, reason) : say(failed, 'apology', at));
}

export function hangUp(state: TurnState, reason: EndReason, at: number, settings: CallSettings): TurnStep {
  const until = at + settings.closeWaitMs;
  return stay({ ...state, phase: { name: 'leaving', reason, until } }, { type: 'hang-up', reason });
}

export function prompt(state: TurnState, line: 'no-input' | 'not-heard', at: number, settings: CallSettings): TurnStep {
  const unanswered = state.unanswered + 1;
  const caller = { ...state.caller, unheard: false };
  const next = { ...state, unanswered, caller };
  if (unanswered <= settings.noInputPrompts) return say(next, line, at);
  return caller.held === undefined ? say(next, 'goodbye', at, 'no-input') : sayNobody(next, at);
}

export const sayNobody = (state: TurnState, at: number): TurnStep => say(state, 'no-person', at, 'no-person');

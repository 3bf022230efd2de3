/** What the floor knows of tools: that they run, so that the caller is kept company and not given up. */
import type { ReplyTask, TurnState } from './turn.ts';
import { callerTurn, type TurnEffect } from './turn-effects.ts';

/**
 * From now on the question has been acted on: it stands in the record, and an interruption does not give it back to be
 * asked again.
 */
export function startTools(state: TurnState, at: number): readonly [state: TurnState, effects: readonly TurnEffect[]] {
  const { phase } = state;
  if (!('task' in phase)) return [state, []];
  const { answers, answersFrom, answersTo } = phase.task;
  const task: ReplyTask = { ...phase.task, answers: '', toolsFrom: at };
  return [{ ...state, phase: { ...phase, task } }, callerTurn(answers, answersFrom, answersTo)];
}

/** The brain goes on with what the tools gave; it has its whole time again. */
export function endTools(state: TurnState, of: number, at: number): TurnState {
  const { phase } = state;
  if (!('task' in phase) || phase.task.reply !== of) return state;
  const { toolsFrom: _, ...rest } = phase.task;
  return { ...state, phase: { ...phase, task: { ...rest, since: at, fillers: 0 } } };
}

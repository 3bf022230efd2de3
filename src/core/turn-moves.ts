/** The small moves that every part of the turn is made of. */
import type { CallerState, ReplyTask, TurnState } from './turn.ts';
import { agentTurn, cancelled, type TurnContext, type TurnEffect } from './turn-effects.ts';

export type TurnStep = readonly [state: TurnState, effects: readonly TurnEffect[]];

export const stay = (state: TurnState, ...effects: TurnEffect[]): TurnStep => [state, effects];

export const before = (effects: readonly TurnEffect[], [state, more]: TurnStep): TurnStep => [
  state,
  [...effects, ...more],
];

/** The caller has the floor. A turn that began over the agent counts from now. */
export function listen({ caller, ...state }: TurnState, at: number): TurnStep {
  const timed = caller.turnFrom === undefined ? caller : { ...caller, turnFrom: at };
  return stay({ ...state, caller: timed, phase: { name: 'listening', since: at } });
}

/** Cancels an answer of which nothing was heard: its question is the caller's again, together with what follows. */
export function takeBack(state: TurnState, task: ReplyTask, at: number, context: TurnContext): TurnStep {
  const words = `${task.answers} ${state.caller.words}`.trim();
  const caller: CallerState =
    task.answers === ''
      ? state.caller
      : {
          ...state.caller,
          words,
          wordsFrom: task.answersFrom,
          turnFrom: task.answersFrom,
          takenBack: task.answers,
          ...(task.cutIn ? { cutIn: true } : {}),
        };
  const effects = [...agentTurn(task, at, context, 'cut'), ...cancelled(task)];
  return [{ ...state, caller, phase: { name: 'listening', since: at } }, effects];
}

export function withoutOverlap(state: TurnState): TurnState {
  const { phase } = state;
  if (!('task' in phase) || phase.task.overlapUntil === undefined) return state;
  const { overlapUntil: _, ...task } = phase.task;
  return { ...state, phase: { ...phase, task } };
}

/** Giving a running call to another node: at a border between turns where nobody notices, or at the last moment. */
import type { TurnState } from './turn.ts';
import { wordsSoFar } from './turn.ts';
import { abandoned, type TurnContext } from './turn-effects.ts';
import { before, stay, type TurnStep } from './turn-moves.ts';
import { hangUp } from './turn-replies.ts';

/** Nobody speaks, and nobody is owed an answer: the line may be silent for a second. */
export function isAtBorder({ caller, phase }: TurnState): boolean {
  if (phase.name !== 'listening' || caller.speaking || caller.owedFinals > 0) return false;
  return wordsSoFar(caller) === '' && caller.digits === '';
}

/** Closes the stream; what was not heard is said by the node that goes on. A call that is leaving anyway leaves. */
export function handOver(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name === 'leaving' || phase.name === 'ended' || phase.name === 'idle') return stay(state);
  const next = hangUp(state, 'handed-over', at, context.settings);
  if (!('task' in phase)) return next;
  return phase.task.leaving ? stay(state) : before(abandoned(phase.task, at, context), next);
}

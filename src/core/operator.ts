/**
 * An operator steps into the call: has something said, tells the agent something, or speaks with the caller instead of
 * the agent. While the operator speaks, the caller is still heard and written down, and nobody answers.
 */
import { type CallEvent, OPERATOR_SPOKE } from './call-event.ts';
import type { CallerState, TurnState } from './turn.ts';
import { wordsSoFar } from './turn.ts';
import { abandoned, callerTurn, type TurnContext, type TurnEffect } from './turn-effects.ts';
import { listen, stay, type TurnStep } from './turn-moves.ts';
import { newTask, say, sayAndLeave } from './turn-replies.ts';

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

/** Who speaks with the caller in place of the agent. */
export const takenBy = ({ phase }: TurnState): string | undefined => (phase.name === 'taken' ? phase.by : undefined);

export const wantSaid = (state: TurnState, text: string): TurnState => ({
  ...state,
  sayings: [...(state.sayings ?? []), text],
});

/** The oldest of what operators want said becomes a reply. */
export function sayNext({ sayings = [], ...state }: TurnState, at: number): TurnStep {
  const [text, ...rest] = sayings;
  if (text === undefined) return stay(state);
  const [next, task] = newTask(rest.length === 0 ? state : { ...state, sayings: rest }, { kind: 'say', at });
  return stay(next, { type: 'say-start', reply: task.reply, text });
}

/** An answer that was begun ahead does not know of the note. */
export function takeNote(state: TurnState): TurnStep {
  const { prepared, ...caller } = state.caller;
  if (prepared === undefined) return stay(state);
  return stay({ ...state, caller }, { type: 'answer-drop', reply: state.replies + 1 });
}

/** Whoever has the call keeps it, and a call that ends already ends. */
export function takeOver(state: TurnState, { at, by }: Of<'take-over'>, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name !== 'listening' && !('task' in phase)) return stay(state);
  const { prepared, held: _, ...caller } = state.caller;
  const taken: TurnState = { ...state, caller, phase: { name: 'taken', by } };
  if ('task' in phase) return phase.task.leaving ? stay(state) : [taken, abandoned(phase.task, at, context)];
  return prepared === undefined ? stay(taken) : stay(taken, { type: 'answer-drop', reply: state.replies + 1 });
}

export function operatorSpoke(state: TurnState, { from, to }: Of<'operator-spoke'>): TurnStep {
  if (state.phase.name !== 'taken') return stay(state);
  return stay(state, { type: 'turn-finished', turn: { who: 'operator', text: OPERATOR_SPOKE, from, to } });
}

/** What the caller has said to the operator is a turn, and nobody's to answer. */
export function heardWhileTaken(state: TurnState, at: number): TurnStep {
  const [caller, effects] = writtenDown(state.caller, at);
  return [{ ...state, caller }, effects];
}

/**
 * The agent goes on without a second greeting: it answers the caller's last words, or else listens. When the operator was
 * gone without a word, a line says so first, and what the caller says to that is answered.
 */
export function giveBack(state: TurnState, { at, away }: Of<'give-back'>, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name !== 'taken') return stay(state);
  if (phase.deaf) return sayAndLeave(state, { line: 'failure', reason: 'recogniser-failed', at }, context);
  if (away) return say(state, 'returned', at);
  const isAnswered = state.caller.speaking || state.caller.owedFinals > 0 || wordsSoFar(state.caller) !== '';
  if (isAnswered || context.transcript.at(-1)?.who !== 'caller') return listen(state, at);
  const [next, task] = newTask(state, { kind: 'answer', at });
  return stay(next, { type: 'answer-start', reply: task.reply });
}

function writtenDown(caller: CallerState, at: number): readonly [caller: CallerState, effects: readonly TurnEffect[]] {
  const pressed = caller.digits.replaceAll('#', '');
  const text = `${wordsSoFar(caller)} ${pressed}`.trim();
  const from = caller.words === '' ? caller.speechFrom : caller.wordsFrom;
  const { endpointMs: _, turnFrom: __, dictates: ___, answeredWords: ____, takenBack: _____, ...rest } = caller;
  const next = { ...rest, words: '', partial: '', digits: '', owedFinals: 0, unheard: false };
  return [next, callerTurn(text, Math.min(from, at), Math.max(Math.min(from, at), Math.min(at, caller.silentFrom)))];
}

/**
 * A caller who talks for minutes without a pause that would end the turn: a line asks for the floor, then what was said
 * so far is answered, even if the caller still speaks. Once per turn.
 */
import { type CallerState, MOST_FALSE_STOPS, type TurnState, wordsSoFar } from './turn.ts';
import type { TurnStep } from './turn-moves.ts';
import { answer, say } from './turn-replies.ts';

export function cutIn(state: TurnState, at: number): TurnStep {
  return say({ ...state, caller: { ...state.caller, cutIn: true } }, 'cut-in', at);
}

/** The line has been heard, and the caller has gone on speaking. */
export const talksOn = ({ caller }: TurnState): boolean => caller.speaking && wordsSoFar(caller) !== '';

/** Answers what is known by now; from here on a new turn is heard. Only new words stop this answer. */
export function answerOver(state: TurnState, at: number): TurnStep {
  const { caller } = state;
  const words = wordsSoFar(caller);
  const wordsFrom = caller.words === '' ? caller.speechFrom : caller.wordsFrom;
  const answeredWords = (caller.answeredWords ?? 0) + countWords(caller.partial);
  const [next, effects] = answer({ ...state, caller: { ...caller, words, wordsFrom, silentFrom: at } }, at);
  const { phase } = next;
  if (!('task' in phase)) return [next, effects];
  const task = { ...phase.task, over: true, falseStops: MOST_FALSE_STOPS } as const;
  return [{ ...next, caller: { ...next.caller, speechFrom: at, answeredWords }, phase: { ...phase, task } }, effects];
}

/** What a transcript of the utterance in progress says that has not been answered. */
export function unanswered({ answeredWords = 0 }: CallerState, text: string): string {
  return answeredWords === 0 ? text : text.trim().split(/\s+/u).slice(answeredWords).join(' ');
}

const countWords = (text: string): number => (text.trim() === '' ? 0 : text.trim().split(/\s+/u).length);

/** Notes when a turn got its first words. */
export function timed({ turnFrom, ...caller }: CallerState, at: number): CallerState {
  return wordsSoFar(caller) === (caller.held ?? '') ? caller : { ...caller, turnFrom: turnFrom ?? at };
}

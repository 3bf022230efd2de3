/** The caller's turn is over: it is answered, asked for again, or asked whether a person is there at all. */
import { goesOn, saysPerson, suspicionOf } from './presence.ts';
import { hasWords, type TurnState } from './turn.ts';
import { callerTurn, type TurnContext } from './turn-effects.ts';
import { before, listen, type TurnStep } from './turn-moves.ts';
import { answer, prompt, say, sayNobody } from './turn-replies.ts';

/** Questions for a person before the next suspicion ends the call. */
const MOST_CHECKS = 2;

export function endpoint(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { settings, transcript } = context;
  const { caller, isPerson = false } = state;
  if (!hasWords(caller)) return prompt(state, 'not-heard', at, settings);
  if (settings.noPersonMs === undefined) return answer(state, at);
  if (caller.held !== undefined) return hearPerson(state, caller.held, at);
  const { machinePhrases = 1 } = settings;
  const words = { text: caller.words, from: caller.wordsFrom, isPerson, machinePhrases };
  return suspicionOf(transcript, words) === undefined ? answer(state, at) : askForPerson(state, at);
}

/** Asks whether a person is there; what was said waits for the answer. */
export function askForPerson(state: TurnState, at: number): TurnStep {
  const { caller, checks = 0, isPerson = false } = state;
  // Somebody who has said so may well be quiet beside a radio again.
  const isSpent = checks >= MOST_CHECKS && !(isPerson && caller.words === '');
  if (isSpent || caller.held !== undefined) return sayNobody(state, at);
  const held = { ...caller, held: caller.words, soundFrom: at };
  return say({ ...state, caller: held, checks: checks + 1 }, 'person-check', at);
}

function hearPerson(state: TurnState, held: string, at: number): TurnStep {
  const { held: _, ...caller } = state.caller;
  const words = caller.words.slice(held.length).trim();
  if (!saysPerson(words)) return goesOn(held, words) ? sayNobody(state, at) : answer({ ...state, caller }, at);
  const aside = callerTurn(words, caller.speechFrom, caller.silentFrom, { aside: true });
  const known: TurnState = { ...state, isPerson: true, unanswered: 0, caller: { ...caller, words: held } };
  return before(aside, held === '' ? listen(known, at) : answer(known, at));
}

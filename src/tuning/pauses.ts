/** Every silence of the caller in which the agent owes something: how it ended, and how it would have under other settings. */

import { isBackchannel } from '../core/backchannels.ts';
import { type CallState, isEnded } from '../core/call.ts';
import { areOwnWords } from '../core/own-words.ts';
import { intendedText } from '../core/playout.ts';
import { taskOf, wordsSoFar } from '../core/turn.ts';
import type { Recording } from './recording.ts';
import type { Speech } from './speeches.ts';

export interface Pause {
  /** The step with which it began. */
  readonly index: number;
  /** The step that ended it. */
  readonly endIndex: number;
  /** When the caller's last words ended. */
  readonly from: number;
  readonly outcome: PauseOutcome;
  /** The words with which the caller went on of their own accord: before the agent came in, or as it did. */
  readonly goesOn?: Speech;
  /** Something was said in it or before it that no earlier pause has told of. */
  readonly hasWords: boolean;
}

export type PauseOutcome =
  /** The agent comes in: with an answer, or with a line such as "I did not hear you". */
  | { readonly how: 'sounds'; readonly at: number; readonly kind: 'answer' | 'line' }
  /** The caller speaks on before the agent is heard. */
  | { readonly how: 'goes-on' }
  /** The call is over before. */
  | { readonly how: 'ends' }
  /** There was nothing to answer. */
  | { readonly how: 'nothing' };

/**
 * Who begins to speak so soon after the agent does not answer what it says, but was going on: nothing is understood in
 * that time that could be answered.
 */
const REACTION_MS = 700;

/** The first in the order of time; one that is still open at the end of the journal is left out. */
export function pausesOf(recording: Recording): readonly Pause[] {
  const { events, states } = recording;
  const pauses: Pause[] = [];
  let open: number | undefined;
  let heardUntil = 0;
  for (let i = 0; i < events.length; i++) {
    if (open === undefined) {
      if (isOwed(states[i + 1]!) && (!isOwed(states[i]!) || events[i]!.type === 'speech-end')) open = i;
      continue;
    }
    const outcome = outcomeAt(recording, open, i);
    if (!outcome) continue;
    const pause = pauseOf(recording, { index: open, endIndex: i, outcome, heardUntil });
    if (pause.hasWords) heardUntil = i;
    pauses.push(pause);
    open = undefined;
  }
  return pauses;
}

/** Nobody speaks, and there is something of the caller's to answer or to wait for. */
export function isOwed({ turn: { caller, phase } }: CallState): boolean {
  if (phase.name !== 'listening' || caller.speaking) return false;
  return wordsSoFar(caller) !== '' || caller.owedFinals > 0 || caller.unheard || caller.digits !== '';
}

function outcomeAt(recording: Recording, index: number, i: number): PauseOutcome | undefined {
  const event = recording.events[i]!;
  const [before, after] = [recording.states[i]!, recording.states[i + 1]!];
  if (event.type === 'playout-start' && before.turn.phase.name === 'thinking' && after.turn.phase.name === 'speaking') {
    return { how: 'sounds', at: event.at, kind: taskOf(after.turn)?.kind === 'answer' ? 'answer' : 'line' };
  }
  return silentOutcome(after, hasSpoken(recording, index, i));
}

/** How the pause is over without a sound of the agent; undefined while it is not. */
export function silentOutcome(after: CallState, hasSpokenOn: boolean): PauseOutcome | undefined {
  const { caller, phase } = after.turn;
  if (isEnded(after) || phase.name === 'leaving') return { how: 'ends' };
  if (phase.name !== 'listening') return undefined;
  if (hasSpokenOn) return { how: 'goes-on' };
  return caller.speaking || isOwed(after) ? undefined : { how: 'nothing' };
}

/** Words of the caller, and more than a beginning of them, between two steps. */
function hasSpoken({ speeches }: Recording, index: number, i: number): boolean {
  return speeches.some(({ endIndex, startIndex, sustainedIndex, words }) => {
    const known = Math.min(sustainedIndex ?? Number.POSITIVE_INFINITY, endIndex ?? Number.POSITIVE_INFINITY);
    return words !== '' && startIndex > index && known <= i;
  });
}

type Found = Pick<Pause, 'index' | 'endIndex' | 'outcome'> & { readonly heardUntil: number };

function pauseOf(recording: Recording, { endIndex, heardUntil, index, outcome }: Found): Pause {
  const { speeches, states } = recording;
  const worded = speeches.filter(({ words }) => words !== '');
  const last = worded.findLast((speech) => speech.endIndex !== undefined && speech.endIndex <= index);
  const from = last?.endSince ?? states[index + 1]!.turn.caller.silentFrom;
  const goesOn = nextOwn(recording, worded, { index, outcome, endIndex });
  const hasWords = worded.some((speech) => speech.startIndex >= heardUntil && speech.startIndex <= index);
  return { index, endIndex, from, outcome, ...(goesOn ? { goesOn } : {}), hasWords };
}

function nextOwn(
  { states }: Recording,
  worded: readonly Speech[],
  { endIndex, index, outcome }: Omit<Found, 'heardUntil'>,
): Speech | undefined {
  const next = worded.find(({ startIndex }) => startIndex > index);
  if (!next || outcome.how === 'goes-on') return next;
  if (outcome.how !== 'sounds' || next.since >= outcome.at + REACTION_MS) return undefined;
  const isListening = isBackchannel(next.words) || areOwnWords(next.words, intendedText(states[endIndex + 1]!.playout));
  return isListening ? undefined : next;
}

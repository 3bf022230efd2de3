/**
 * Who has the floor. The state, what is derived from it, and the moments it waits for; `turn-step.ts` moves it.
 * `at` is call time in milliseconds and never goes back.
 */
import type { EndReason, FloorState, LineName } from './call-event.ts';
import type { PlayoutState } from './playout.ts';
import type { CallSettings } from './settings.ts';
import { normalized } from './words.ts';

/** What the caller has said and is saying. */
export interface CallerState {
  readonly speaking: boolean;
  /** The speech in progress is more than a noise. */
  readonly sustained: boolean;
  /** When the newest speech began, by the VAD. */
  readonly speechFrom: number;
  /** When the newest silence began, or the newest words came without any speech seen. */
  readonly silentFrom: number;
  /** Utterances that have ended and whose words are still on their way. */
  readonly owedFinals: number;
  /** Words that nobody has answered yet. */
  readonly words: string;
  /** When the first of `words` was spoken. */
  readonly wordsFrom: number;
  readonly partial: string;
  /** When `partial` last changed. */
  readonly partialAt: number;
  /** The recogniser has shown words while they were spoken: that it shows none says something. */
  readonly livePartials?: true;
  /** The silence that ends the turn after the words so far, as judged; without it the usual one does. */
  readonly endpointMs?: number;
  /** The words that an answer is being prepared for, ahead of the decision. */
  readonly prepared?: string;
  /** The words whose answer has been taken back already, because somebody spoke before it was audible. */
  readonly takenBack?: string;
  /** Speech without words that deserves "I did not hear you". */
  readonly unheard: boolean;
  readonly digits: string;
  readonly digitAt: number;
  /** The newest transcript, by which repeats are recognised; `fresh` once the caller has spoken again since. */
  readonly lastFinal?: { readonly text: string; readonly at: number; readonly fresh: boolean };
}

/** One reply of the agent, from the decision to give it until it has been played. */
export interface ReplyTask {
  readonly reply: number;
  readonly kind: 'greeting' | 'answer' | 'line';
  readonly line?: LineName;
  readonly since: number;
  /** The caller's words that it answers; they return to the caller if nothing of the answer is heard. */
  readonly answers: string;
  readonly answersFrom: number;
  readonly answersTo: number;
  /** The call ends when this reply has been heard; from then on nothing interrupts it. */
  readonly leaving?: EndReason;
  readonly failed?: true;
  readonly fillers: number;
  /** The agent fell silent then, to hear whether the caller takes the floor. */
  readonly pausedAt?: number;
  /** How often it fell silent for nothing. */
  readonly falseStops?: number;
  /** Tools run since. */
  readonly toolsFrom?: number;
  /** The line has been silent since, as far as this reply is concerned. */
  readonly quietFrom: number;
  /** The caller speaks over its first moments, in which nothing interrupts; the floor is the caller's at this time. */
  readonly overlapUntil?: number;
}

export type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'listening'; readonly since: number }
  /** Nothing of the reply is audible yet. */
  | { readonly name: 'thinking'; readonly task: ReplyTask }
  | { readonly name: 'speaking'; readonly task: ReplyTask }
  /** We have hung up; the peer has until `until` to agree. */
  | { readonly name: 'leaving'; readonly reason: EndReason; readonly until: number }
  | { readonly name: 'ended'; readonly reason: EndReason };

export interface TurnState {
  readonly phase: Phase;
  readonly caller: CallerState;
  /** The id of the newest reply. */
  readonly replies: number;
  /** Prompts in a row without an answer. */
  readonly unanswered: number;
  /** Replies in a row that failed. */
  readonly failures: number;
}

export const initialTurn: TurnState = {
  phase: { name: 'idle' },
  caller: {
    speaking: false,
    sustained: false,
    speechFrom: 0,
    silentFrom: 0,
    owedFinals: 0,
    words: '',
    wordsFrom: 0,
    partial: '',
    partialAt: 0,
    unheard: false,
    digits: '',
    digitAt: 0,
  },
  replies: 0,
  unanswered: 0,
  failures: 0,
};

/** The state as the log, the console and the caller's experience know it. */
export function floorOf({ phase }: TurnState): FloorState {
  if (phase.name === 'thinking') return 'THINKING';
  return phase.name === 'speaking' ? 'SPEAKING' : 'LISTENING';
}

/** The reply in progress, if any. */
export function taskOf({ phase }: TurnState): ReplyTask | undefined {
  return phase.name === 'thinking' || phase.name === 'speaking' ? phase.task : undefined;
}

/** What a due deadline means; each is one branch of `stepTurn`. */
export type Due =
  | 'prepare'
  | 'endpoint'
  | 'no-words'
  | 'digits'
  | 'no-input'
  | 'overlap'
  | 'barge-in'
  | 'resume'
  | 'dead-air'
  | 'give-up'
  | 'mark-lost'
  | 'gone';

export interface Deadline {
  readonly at: number;
  readonly due: Due;
}

/** The first moment this state waits for, and why; undefined when only an event can move it. */
export function turnDeadline(state: TurnState, playout: PlayoutState, settings: CallSettings): Deadline | undefined {
  const { phase } = state;
  switch (phase.name) {
    case 'listening':
      return listeningDeadline(state.caller, phase.since, settings);
    case 'thinking':
      return earliest([...overlap(phase.task), ...waiting(phase.task, settings)]);
    case 'speaking':
      return phase.task.pausedAt === undefined
        ? earliest([...overlap(phase.task), ...drying(phase.task, playout, settings)])
        : pausedDeadline(state.caller, phase.task.pausedAt, settings);
    case 'leaving':
      return { at: phase.until, due: 'gone' };
    default:
      return undefined;
  }
}

function listeningDeadline(caller: CallerState, since: number, settings: CallSettings): Deadline | undefined {
  if (caller.speaking) return overheardDeadline(caller, settings);
  const { endpointMs = settings.endpointingMs } = caller;
  if (isWorthPreparing(caller, settings)) {
    // A partial that was still changing is not what the caller said.
    const steadyFrom = caller.partial === '' ? caller.silentFrom : Math.max(caller.silentFrom, caller.partialAt);
    return { at: steadyFrom + endpointMs / 2, due: 'prepare' };
  }
  if (caller.owedFinals > 0) return { at: caller.silentFrom + settings.transcriptWaitMs, due: 'no-words' };
  if (caller.digits !== '') return { at: caller.digitAt + settings.digitGapMs, due: 'digits' };
  if (caller.words !== '') return { at: caller.silentFrom + endpointMs, due: 'endpoint' };
  if (caller.unheard) return { at: caller.silentFrom + settings.unheardWaitMs, due: 'endpoint' };
  return { at: since + settings.noInputMs, due: 'no-input' };
}

/** The caller's turn is over also when a radio goes on behind it: speech of which a live recogniser makes nothing. */
function overheardDeadline(caller: CallerState, settings: CallSettings): Deadline | undefined {
  const { lastFinal, livePartials, partial, partialAt, speechFrom, words } = caller;
  if (!livePartials || words === '' || partial !== '') return undefined;
  const newsAt = Math.max(partialAt, lastFinal?.at ?? 0, speechFrom);
  return { at: newsAt + settings.wordlessMs, due: 'endpoint' };
}

/** All that the caller is known to have said in this turn. */
export const wordsSoFar = ({ words, partial }: CallerState): string => `${words} ${partial}`.trim();

/** A pause that may well be the end of the turn, with words that nothing is prepared for yet. */
function isWorthPreparing(caller: CallerState, settings: CallSettings): boolean {
  const words = wordsSoFar(caller);
  if (!settings.speculative || words === '' || caller.digits !== '') return false;
  return caller.prepared === undefined || normalized(caller.prepared) !== normalized(words);
}

const overlap = (task: ReplyTask): Deadline[] =>
  task.overlapUntil === undefined ? [] : [{ at: task.overlapUntil, due: 'overlap' }];

/** Speech that lasts is meant; speech that ends is given a moment for its words. */
function pausedDeadline(caller: CallerState, pausedAt: number, settings: CallSettings): Deadline {
  if (caller.speaking)
    return { at: Math.max(pausedAt, caller.speechFrom + settings.bargeInCertainMs), due: 'barge-in' };
  const wordsUntil = caller.owedFinals > 0 ? caller.silentFrom + settings.resumeAfterMs : pausedAt;
  return { at: Math.max(pausedAt, wordsUntil), due: 'resume' };
}

/** Nothing audible yet: fill the silence, and at the end give up. */
function waiting(task: ReplyTask, settings: CallSettings): Deadline[] {
  const quiet = deadAir(task, task.quietFrom, settings);
  // Tools have their own time limits, and a caller who is kept company can wait for them.
  if (task.toolsFrom !== undefined) return [quiet];
  return [quiet, { at: task.since + settings.thinkingMs, due: 'give-up' }];
}

/** The caller hears nothing any more: the reply either waits for its terminal mark or for more words. */
function drying(task: ReplyTask, playout: PlayoutState, settings: CallSettings): Deadline[] {
  if (playout.dryAt === undefined) return [];
  if (playout.complete) return [{ at: playout.dryAt + settings.markWaitMs, due: 'mark-lost' }];
  return [deadAir(task, Math.max(playout.dryAt, task.quietFrom), settings)];
}

function deadAir(task: ReplyTask, quietFrom: number, settings: CallSettings): Deadline {
  if (task.toolsFrom !== undefined)
    return { at: toolFiller(task, task.toolsFrom, quietFrom, settings), due: 'dead-air' };
  const isFirst = task.kind === 'answer' && task.fillers === 0;
  const at = quietFrom + (isFirst ? settings.firstFillerMs : settings.deadAirMs);
  return { at, due: task.fillers < settings.fillersPerReply ? 'dead-air' : 'give-up' };
}

/** Soon after the tools have begun, then whenever the last filler has been quiet for a while. */
function toolFiller(task: ReplyTask, toolsFrom: number, quietFrom: number, settings: CallSettings): number {
  const quiet = quietFrom + settings.deadAirMs;
  const isFirst = task.quietFrom <= toolsFrom;
  return isFirst ? Math.min(quiet, Math.max(toolsFrom, quietFrom) + settings.toolFillerMs) : quiet;
}

function earliest(deadlines: readonly Deadline[]): Deadline | undefined {
  return deadlines.reduce<Deadline | undefined>(
    (first, next) => (first && first.at <= next.at ? first : next),
    undefined,
  );
}

/**
 * Who has the floor. `turn-deadline.ts` says what it waits for; `turn-step.ts` moves it.
 * `at` is call time in milliseconds and never goes back.
 */
import type { EndReason, FloorState, LineName } from './call-event.ts';

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
  /** When the first words of this turn came. */
  readonly turnFrom?: number;
  /** The agent has cut in on this turn: once is enough. */
  readonly cutIn?: true;
  /** The last words were dictated digits, as judged. */
  readonly dictates?: true;
  /** So many words of the utterance in progress have been answered already. */
  readonly answeredWords?: number;
  /** Words that wait, while we ask whether a person is there; there is something to answer once more have come. */
  readonly held?: string;
  /** Since the last words: when the first sound came. */
  readonly soundFrom?: number;
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
  readonly kind: 'greeting' | 'answer' | 'line' | 'say';
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
  /** It answers a turn that was cut in on. */
  readonly cutIn?: true;
  /** It answers a caller who still speaks: what follows belongs to the next turn. */
  readonly over?: true;
  /** How often it fell silent for nothing. */
  readonly falseStops?: number;
  /** Tools run since. */
  readonly toolsFrom?: number;
  /** The line has been silent since, as far as this reply is concerned. */
  readonly quietFrom: number;
  /** The caller claims the floor over a sentence that must be heard; the claim is judged after it. */
  readonly claimed?: true;
  /** The caller speaks over its first moments, in which nothing interrupts; the floor is the caller's at this time. */
  readonly overlapUntil?: number;
}

export type Phase =
  | { readonly name: 'idle' }
  | { readonly name: 'listening'; readonly since: number }
  /** Nothing of the reply is audible yet. */
  | { readonly name: 'thinking'; readonly task: ReplyTask }
  | { readonly name: 'speaking'; readonly task: ReplyTask }
  /** An operator speaks with the caller, and the agent only listens. */
  | { readonly name: 'taken'; readonly by: string; readonly deaf?: true }
  /** We have hung up; the peer has until `until` to agree. */
  | { readonly name: 'leaving'; readonly reason: EndReason; readonly until: number }
  | { readonly name: 'ended'; readonly reason: EndReason };

export interface TurnState {
  readonly phase: Phase;
  readonly caller: CallerState;
  /** How often a person was asked for. */
  readonly checks?: number;
  /** The caller said that it is a person. */
  readonly isPerson?: true;
  /** What the newest question says of pressed keys. */
  readonly keysInterrupt?: boolean;
  /** What operators want said, in order. */
  readonly sayings?: readonly string[];
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

/** A noise that comes again, a radio or an echo, would make the agent stutter: from then on only words stop it. */
export const MOST_FALSE_STOPS = 2;

/** Whether there are words to answer. */
export const hasWords = ({ held = '', words }: CallerState): boolean => words !== held;

/** All that the caller is known to have said in this turn. */
export const wordsSoFar = ({ words, partial }: CallerState): string => `${words} ${partial}`.trim();

/**
 * One call as one pure machine: `step` takes the state and an event and gives the next state and the effects that the
 * shell must carry out. The same events always give the same effects, which is why a journal replays.
 */
import type { CallEffect, CallEvent, CallOutcome, Turn } from './call-event.ts';
import { dueSummary, initialMemory, type MemoryState, type Remembered, remembered, stepMemory } from './memory.ts';
import { clearPlayout, initialPlayout, openPlayout, type PlayoutState, pausePlayout, stepPlayout } from './playout.ts';
import type { CallSettings } from './settings.ts';
import { floorOf, initialTurn, type TurnState, taskOf } from './turn.ts';
import { turnDeadline } from './turn-deadline.ts';
import type { TurnContext, TurnEffect } from './turn-effects.ts';
import type { TurnStep } from './turn-moves.ts';
import { cutOff, sayAndLeave } from './turn-replies.ts';
import { stepTurn } from './turn-step.ts';

export interface CallState {
  readonly turn: TurnState;
  readonly playout: PlayoutState;
  readonly transcript: readonly Turn[];
  readonly memory: MemoryState;
  readonly outcome?: CallOutcome;
  /** When the call must end whatever happens; undefined before its start. */
  readonly expiresAt?: number;
  /** The end is under way, and `expiresAt` is now the end of its patience. */
  readonly expired?: true;
}

export type CallStep = readonly [state: CallState, effects: readonly CallEffect[]];

export const initialCall: CallState = {
  turn: initialTurn,
  playout: initialPlayout,
  transcript: [],
  memory: initialMemory,
};

/** Never throws for any order of events; events of a reply that is no longer current are refused at the door. */
export function step(state: CallState, event: CallEvent, settings: CallSettings): CallStep {
  if (isEnded(state) || isStale(state, event)) return [state, []];
  if (event.type === 'outcome') return [{ ...state, outcome: event.outcome }, []];
  const [playout, news] = stepPlayout(state.playout, event);
  const context = { playout, news, settings, transcript: state.transcript };
  const expired = event.type === 'deadline' && state.expiresAt !== undefined && event.at >= state.expiresAt;
  const [turn, effects] = expired ? expire(state, event.at, context) : stepTurn(state.turn, event, context);
  const memory = stepMemory(state.memory, event, state.transcript.length);
  const next: CallState = { ...state, turn, playout, memory };
  return settle(state, withExpiry(next, event, expired, settings), effects, { at: event.at, settings });
}

/** The one moment this state waits for: the shell holds one timer per call and sends `deadline` when it is due. */
export function nextDeadline(state: CallState, settings: CallSettings): number | undefined {
  if (isEnded(state)) return undefined;
  const turn = turnDeadline(state.turn, state.playout, settings)?.at ?? Number.POSITIVE_INFINITY;
  const first = Math.min(turn, state.expiresAt ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first : undefined;
}

export const isEnded = ({ turn }: CallState): boolean => turn.phase.name === 'ended';

/** What the brain may know: what is over, then the caller's turn that is being answered, or is going to be. */
export function historyOf(
  { memory, transcript, turn }: CallState,
  answers = taskOf(turn)?.answers ?? '',
): readonly Remembered[] {
  const past = remembered(memory, transcript);
  return answers === '' ? past : [...past, { who: 'caller', text: answers }];
}

function isStale(state: CallState, event: CallEvent): boolean {
  return 'reply' in event && event.reply !== taskOf(state.turn)?.reply;
}

/** The longest allowed call is over: a line first, and if even that takes too long, the end. */
function expire(state: CallState, at: number, context: TurnContext): TurnStep {
  const farewell = { line: 'time-limit', reason: 'time-limit', at } as const;
  return state.expired ? cutOff(state.turn, farewell, context) : sayAndLeave(state.turn, farewell, context);
}

function withExpiry(state: CallState, event: CallEvent, expired: boolean, settings: CallSettings): CallState {
  if (expired) return { ...state, expired: true, expiresAt: event.at + settings.farewellMs };
  const isStart = event.type === 'call-start' && state.expiresAt === undefined;
  return isStart ? { ...state, expiresAt: event.at + settings.maxCallMs } : state;
}

/** Brings playout and transcript up to what the turn decided, and names the change of the floor. */
function settle(
  before: CallState,
  after: CallState,
  decided: readonly TurnEffect[],
  { at, settings }: { readonly at: number; readonly settings: CallSettings },
): CallStep {
  let { playout, transcript } = after;
  const effects: CallEffect[] = [];
  for (const effect of decided) {
    if (effect.type === 'playout-clear') {
      playout = clearPlayout(playout);
      effects.push({ ...effect, generation: playout.generation });
      continue;
    }
    if (effect.type === 'playout-pause') {
      playout = pausePlayout(playout, effect.heardMs, at);
      effects.push({ ...effect, generation: playout.generation });
      continue;
    }
    if (effect.type === 'greeting-start' || effect.type === 'answer-start' || effect.type === 'line-start') {
      playout = openPlayout(playout, effect.reply);
    }
    if (effect.type === 'turn-finished') transcript = [...transcript, effect.turn];
    effects.push(effect);
  }
  const memory = withSummary(after.memory, transcript.length, settings, effects);
  const floor = floorOf(after.turn);
  const isOver = after.turn.phase.name === 'leaving' || isEnded(after);
  if (floor !== floorOf(before.turn) && !isOver) effects.push({ type: 'state-change', state: floor });
  return [{ ...after, playout, transcript, memory }, effects];
}

function withSummary(memory: MemoryState, turns: number, settings: CallSettings, effects: CallEffect[]): MemoryState {
  const due = dueSummary(memory, turns, settings);
  if (due === undefined) return memory;
  effects.push({ type: 'summary-start', turns: due });
  return { ...memory, summarising: due };
}

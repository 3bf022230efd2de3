/**
 * One call as one pure machine: `step` takes the state and an event and gives the next state and the effects that the
 * shell must carry out. The same events always give the same effects, which is why a journal replays.
 */
import type { CallEffect, CallEvent, CallOutcome, Turn } from './call-event.ts';
import { isNote } from './call-note.ts';
import { handOver, isAtBorder } from './hand-over.ts';
import { dueSummary, initialMemory, type MemoryState, type Remembered, remembered, stepMemory } from './memory.ts';
import { sayNext, takenBy } from './operator.ts';
import {
  clearPlayout,
  initialPlayout,
  isPlayed,
  openPlayout,
  type PlayoutState,
  pausePlayout,
  stepPlayout,
} from './playout.ts';
import type { CallSettings } from './settings.ts';
import { floorOf, initialTurn, type TurnState, taskOf } from './turn.ts';
import { turnDeadline } from './turn-deadline.ts';
import type { TurnContext, TurnEffect } from './turn-effects.ts';
import { before, type TurnStep } from './turn-moves.ts';
import { cutOff, resumeTurn, sayAndLeave } from './turn-replies.ts';
import { stepTurn } from './turn-step.ts';

export interface CallState {
  readonly turn: TurnState;
  readonly playout: PlayoutState;
  readonly transcript: readonly Turn[];
  readonly memory: MemoryState;
  readonly outcome?: CallOutcome;
  /** How many outcomes there have been. */
  readonly outcomes: number;
  /** The caller has been told that the call is recorded. */
  readonly isConsentHeard?: true;
  /** When the call must end whatever happens; undefined before its start. */
  readonly expiresAt?: number;
  /** By then another node is to have the call. */
  readonly handOverBy?: number;
  /** The end is under way, and `expiresAt` is now the end of its patience. */
  readonly expired?: true;
}

export type CallStep = readonly [state: CallState, effects: readonly CallEffect[]];

export const initialCall: CallState = {
  turn: initialTurn,
  playout: initialPlayout,
  transcript: [],
  memory: initialMemory,
  outcomes: 0,
};

/** Never throws for any order of events; events of a reply that is no longer current are refused at the door. */
export function step(state: CallState, event: CallEvent, settings: CallSettings): CallStep {
  if (isNote(event) || isEnded(state) || isStale(state, event)) return [state, []];
  if (event.type === 'outcome') return [{ ...state, outcome: event.outcome, outcomes: state.outcomes + 1 }, []];
  if (event.type === 'call-resume' && state.turn.phase.name === 'idle') return resume(state, event, settings);
  if (event.type === 'hand-over') return stepHandOver(state, event, settings);
  const [playout, news] = stepPlayout(state.playout, event);
  const context = { playout, news, settings, transcript: state.transcript };
  const expired = event.type === 'deadline' && state.expiresAt !== undefined && event.at >= state.expiresAt;
  const moved = expired ? expire(state, event.at, context) : stepTurn(state.turn, event, context);
  const [turn, effects] = withSaying(withHandOver(state.handOverBy, moved, event.at, context), event.at);
  const memory = stepMemory(state.memory, event, state.transcript.length);
  const isConsent = event.type === 'mark' && !state.isConsentHeard && isPlayed(playout, 'consent');
  const told = isConsent ? ({ isConsentHeard: true } as const) : {};
  const next: CallState = { ...state, ...told, turn, playout, memory };
  const decided: TurnEffect[] = isConsent ? [{ type: 'consent-heard' }, ...effects] : [...effects];
  return settle(state, withExpiry(next, event, expired, settings), decided, { at: event.at, settings });
}

function stepHandOver(
  state: CallState,
  event: Extract<CallEvent, { type: 'hand-over' }>,
  settings: CallSettings,
): CallStep {
  if (state.handOverBy !== undefined) return [state, []];
  const handOverBy = event.at + event.withinMs;
  const context = { playout: state.playout, news: undefined, settings, transcript: state.transcript };
  const [turn, effects] = withHandOver(handOverBy, [state.turn, []], event.at, context);
  return settle(state, { ...state, turn, handOverBy }, effects, { at: event.at, settings });
}

function withHandOver(by: number | undefined, moved: TurnStep, at: number, context: TurnContext): TurnStep {
  const [turn, effects] = moved;
  if (by === undefined || !(isAtBorder(turn) || at >= by)) return moved;
  return before(effects, handOver(turn, at, context));
}

/** Nobody speaks and nobody is owed an answer: what an operator wants said is said. */
function withSaying(moved: TurnStep, at: number): TurnStep {
  const [turn, effects] = moved;
  return turn.sayings !== undefined && isAtBorder(turn) ? before(effects, sayNext(turn, at)) : moved;
}

type Resume = Extract<CallEvent, { type: 'call-resume' }>;

/** Takes up a call where its last stream left it. */
function resume(state: CallState, event: Resume, settings: CallSettings): CallStep {
  const { elapsedMs, outcome, outcomes, turns } = event;
  const told = event.isConsentHeard ? ({ isConsentHeard: true } as const) : {};
  const known = { ...state, ...told, transcript: turns, outcomes, ...(outcome ? { outcome } : {}) };
  const memory = stepMemory(state.memory, event, turns.length);
  const [turn, effects] = resumeTurn(state.turn, turns, event.at);
  const expiresAt = event.at + Math.max(0, settings.maxCallMs - elapsedMs);
  return settle(state, { ...known, turn, memory, expiresAt }, effects, { at: event.at, settings });
}

/** The one moment this state waits for: the shell holds one timer per call and sends `deadline` when it is due. */
export function nextDeadline(state: CallState, settings: CallSettings): number | undefined {
  if (isEnded(state)) return undefined;
  const turn = turnDeadline(state.turn, state.playout, settings)?.at ?? Number.POSITIVE_INFINITY;
  const { expiresAt = Number.POSITIVE_INFINITY, handOverBy = Number.POSITIVE_INFINITY } = state;
  const isLeaving = state.turn.phase.name === 'leaving';
  const first = Math.min(turn, expiresAt, isLeaving ? Number.POSITIVE_INFINITY : handOverBy);
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
  const [taken, takes] = [takenBy(before.turn), takenBy(after.turn)];
  if (taken !== undefined && takes === undefined) effects.push({ type: 'operator-end', by: taken });
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
    if (isStart(effect)) playout = openPlayout(playout, effect.reply);
    if (effect.type === 'turn-finished') transcript = [...transcript, effect.turn];
    effects.push(effect);
  }
  if (taken === undefined && takes !== undefined) effects.push({ type: 'operator-start', by: takes });
  const memory = withSummary(after.memory, transcript.length, settings, effects);
  const floor = floorOf(after.turn);
  const isOver = after.turn.phase.name === 'leaving' || isEnded(after);
  if (floor !== floorOf(before.turn) && !isOver) effects.push({ type: 'state-change', state: floor });
  return [{ ...after, playout, transcript, memory }, effects];
}

type Start = Extract<
  TurnEffect,
  { type: 'greeting-start' | 'resume-start' | 'answer-start' | 'line-start' | 'say-start' }
>;

const STARTS: ReadonlySet<string> = new Set<Start['type']>([
  'greeting-start',
  'resume-start',
  'answer-start',
  'line-start',
  'say-start',
]);

const isStart = (effect: TurnEffect): effect is Start => STARTS.has(effect.type);

function withSummary(memory: MemoryState, turns: number, settings: CallSettings, effects: CallEffect[]): MemoryState {
  const due = dueSummary(memory, turns, settings);
  if (due === undefined) return memory;
  effects.push({ type: 'summary-start', turns: due });
  return { ...memory, summarising: due };
}

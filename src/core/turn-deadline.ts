/** The moments that a turn waits for, derived from its state: there is nothing to cancel, and nothing to leak. */
import type { PlayoutState } from './playout.ts';
import type { CallSettings } from './settings.ts';
import { type CallerState, hasWords, type ReplyTask, type TurnState, wordsSoFar } from './turn.ts';
import { normalized } from './words.ts';

/** What a due deadline means; each is one branch of `stepTurn`. */
export type Due =
  | 'prepare'
  | 'endpoint'
  | 'heard'
  | 'cut-in'
  | 'overheard'
  | 'wordless'
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
    case 'taken':
      return heardDeadline(state.caller, settings);
    case 'leaving':
      return { at: phase.until, due: 'gone' };
    default:
      return undefined;
  }
}

function listeningDeadline(caller: CallerState, since: number, settings: CallSettings): Deadline | undefined {
  const usual = caller.speaking
    ? overheardDeadline(caller, since, settings)
    : [silenceDeadline(caller, since, settings)];
  return earliest([...usual, ...cutInDeadline(caller, settings), ...wordlessDeadline(caller, settings)]);
}

function silenceDeadline(caller: CallerState, since: number, settings: CallSettings): Deadline {
  const { endpointMs = settings.endpointingMs } = caller;
  if (isWorthPreparing(caller, settings)) {
    // A partial that was still changing is not what the caller said.
    const steadyFrom = caller.partial === '' ? caller.silentFrom : Math.max(caller.silentFrom, caller.partialAt);
    return { at: steadyFrom + endpointMs / 2, due: 'prepare' };
  }
  if (caller.owedFinals > 0) return { at: caller.silentFrom + settings.transcriptWaitMs, due: 'no-words' };
  if (caller.digits !== '') return { at: caller.digitAt + settings.digitGapMs, due: 'digits' };
  if (hasWords(caller)) return { at: caller.silentFrom + endpointMs, due: 'endpoint' };
  if (caller.unheard) return { at: caller.silentFrom + settings.unheardWaitMs, due: 'endpoint' };
  return { at: since + settings.noInputMs, due: 'no-input' };
}

/** Nobody answers the words of a caller who speaks with an operator; they are written down when they are over. */
function heardDeadline(caller: CallerState, settings: CallSettings): Deadline | undefined {
  if (caller.speaking) return undefined;
  if (caller.owedFinals > 0) return { at: caller.silentFrom + settings.transcriptWaitMs, due: 'heard' };
  if (caller.digits !== '') return { at: caller.digitAt + settings.digitGapMs, due: 'heard' };
  if (caller.words === '') return undefined;
  return { at: caller.silentFrom + (caller.endpointMs ?? settings.endpointingMs), due: 'heard' };
}

/** Speech that has begun is given so long to become a first word; one that is later still takes back what is not audible yet. */
const FIRST_WORD_MS = 750;

/** The caller's turn is over also when a radio goes on behind it: sound of which a live recogniser makes nothing. */
function overheardDeadline(caller: CallerState, since: number, settings: CallSettings): Deadline[] {
  const { lastFinal, livePartials, partial, partialAt, speechFrom, soundFrom = speechFrom } = caller;
  if (!livePartials || wordsSoFar(caller) === (caller.held ?? '')) return [];
  const newsAt = Math.max(partialAt, lastFinal?.at ?? 0, soundFrom);
  const { endpointMs = settings.endpointingMs } = caller;
  if (partial === '') {
    const at = newsAt + Math.max(settings.wordlessMs, endpointMs);
    return [{ at: Math.max(at, speechFrom + FIRST_WORD_MS), due: 'endpoint' }];
  }
  if (caller.held !== undefined || isDictating(caller)) return [];
  // A recogniser takes its time for some words, and shows them only when they are over.
  return [{ at: Math.max(newsAt, since) + 2 * settings.wordlessMs + endpointMs, due: 'overheard' }];
}

/** Sound that is longer past than this was a noise, and what follows is silence. */
const SOUND_LASTS_MS = 10_000;

/** Music, a machine, a radio: sound goes on and on, and there is no word in it. */
function wordlessDeadline(caller: CallerState, { noPersonMs }: CallSettings): Deadline[] {
  if (noPersonMs === undefined || caller.soundFrom === undefined || hasWords(caller)) return [];
  const at = caller.soundFrom + (caller.held === undefined ? noPersonMs : noPersonMs / 2);
  const isOver = !caller.speaking && caller.silentFrom + SOUND_LASTS_MS < at;
  return isOver ? [] : [{ at, due: 'wordless' }];
}

/** Five digits, or three one by one: less is a price or a year. */
const DICTATED = /(?:\d[\s-]*){5}$|(?:\b\d[\s-]+){2}\d$/u;

/** A breath of somebody who means to go on. */
const SMALL_PAUSE_MS = 300;

/** A turn of minutes; but a number that is being dictated is heard out. */
function cutInDeadline(caller: CallerState, settings: CallSettings): Deadline[] {
  const { longTurnMs, longTurnGraceMs = 0 } = settings;
  if (longTurnMs === undefined || caller.turnFrom === undefined || caller.cutIn || isDictating(caller)) return [];
  const longAt = caller.turnFrom + longTurnMs;
  const at = caller.speaking ? longAt + longTurnGraceMs : Math.max(longAt, caller.silentFrom + SMALL_PAUSE_MS);
  return [{ at, due: 'cut-in' }];
}

const isDictating = (caller: CallerState): boolean => caller.dictates === true || DICTATED.test(wordsSoFar(caller));

/** A pause that may well be the end of the turn, with words that nothing is prepared for yet. */
function isWorthPreparing(caller: CallerState, settings: CallSettings): boolean {
  const words = wordsSoFar(caller);
  if (!settings.speculative || words === (caller.held ?? '') || caller.digits !== '') return false;
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

/**
 * Whether the caller, speaking over the agent, takes the floor. A cough, a "mhm" and a question begin alike. So the agent
 * falls silent at the first speech that is more than a noise, keeps its place, and waits for evidence: words take the
 * floor, and so does speech that lasts; a backchannel, a noise or silence gives it back, and the agent goes on where it
 * was heard. Over a sentence that must be heard nothing of this happens: the claim waits for its end.
 */
import { beginsBackchannel, isBackchannel } from './backchannels.ts';
import { areOwnWords } from './own-words.ts';
import { heardMs, heardText, intendedText, isAnswerHeard, mustBeHeard } from './playout.ts';
import { freshened } from './repeats.ts';
import type { CallSettings } from './settings.ts';
import { type CallerState, MOST_FALSE_STOPS, type ReplyTask, type TurnState } from './turn.ts';
import { abandoned, type TurnContext } from './turn-effects.ts';
import { before, listen, stay, type TurnStep, takeBack, withoutOverlap } from './turn-moves.ts';

/** An answer that is not audible yet always yields: the caller's turn was only longer than it seemed. */
export function isInterruptible(
  phase: { name: 'thinking' | 'speaking'; task: ReplyTask },
  settings: CallSettings,
): boolean {
  if (phase.task.leaving || phase.task.line === 'cut-in') return false;
  if (phase.name === 'thinking') return phase.task.kind === 'answer' && !phase.task.over;
  return settings.bargeIn;
}

/**
 * An answer that is not audible yet yields to the first sign of speech: a moment later it would be said into it. Once only
 * for the same words, if the recogniser would have shown what was said since: a radio must not keep the caller waiting.
 */
export function yieldsUnheard({ phase, caller }: TurnState, settings: CallSettings): boolean {
  if (phase.name !== 'thinking' || !isInterruptible(phase, settings)) return false;
  return !(caller.livePartials && caller.takenBack === phase.task.answers);
}

/**
 * How much speech, in the VAD's count, makes this state listen up. Over the greeting callers say "hello" and "yes" before
 * there is anything to object to; and a caller who said "mhm" once will say it again.
 */
export function sustainMs({ phase }: TurnState, settings: CallSettings): number {
  if (phase.name !== 'speaking') return settings.sustainMs;
  const { bargeInMs, bargeInPatientMs } = settings;
  if (phase.task.kind === 'greeting') return bargeInPatientMs;
  return phase.task.falseStops === undefined ? bargeInMs : Math.max(bargeInMs, (bargeInMs + bargeInPatientMs) / 2);
}

/** Speech over the agent is more than a noise now. The words, if there are any yet, decide; else the agent listens. */
export function judgeSpeech(over: TurnState, at: number, context: TurnContext): TurnStep {
  const state = withoutOverlap(over);
  const { phase } = state;
  if (phase.name === 'speaking' && mustBeHeard(context.playout)) return claim(state, phase.task, at);
  const isOver = context.playout.complete && context.playout.dryAt !== undefined && phase.name === 'speaking';
  if (phase.name !== 'speaking' || (isOver && phase.task.pausedAt === undefined)) return interrupt(state, at, context);
  const { partial, partialAt, speechFrom } = state.caller;
  const words = partialAt >= speechFrom ? partial : '';
  const { pausedAt, falseStops = 0 } = phase.task;
  if (words === '')
    return pausedAt === undefined && falseStops < MOST_FALSE_STOPS
      ? pause(state, phase.task, at, context)
      : stay(state);
  // Its own voice will not say anything else: there is nothing to wait for.
  if (areOwnWords(words, intendedText(context.playout))) return resume(state, at);
  if (isAcknowledgement(words, at, context)) return state.caller.speaking ? stay(state) : resume(state, at);
  return beginsBackchannel(words) ? stay(state) : interrupt(state, at, context);
}

/** Speech goes on over a silent agent, and there are no words: of somebody else, if the recogniser would have shown some. */
export function judgeLasting(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase, caller } = state;
  const isOverheard = caller.livePartials === true && caller.partialAt < caller.speechFrom;
  if (phase.name !== 'speaking' || isOverheard || !isInterruptible(phase, context.settings)) return resume(state, at);
  return takeFloor(state, at, context);
}

/** Words over the agent that are nobody's turn: its own, or only a "mhm". */
export function isOnlyListening(words: string, at: number, context: TurnContext): boolean {
  return areOwnWords(words, intendedText(context.playout)) || isAcknowledgement(words, at, context);
}

/** The caller says "mhm" — unless the agent has just asked something, and it is the answer. */
function isAcknowledgement(words: string, at: number, { playout, settings }: TurnContext): boolean {
  return isBackchannel(words) && !/[?؟][\s"'״׳)]*$/u.test(heardText(playout, at, settings));
}

/** The newest speech went on over this reply, as the caller heard it: its words are not late ones of an earlier turn. */
export function isOverReply({ silentFrom, speaking }: CallerState, { playout }: TurnContext): boolean {
  return playout.startedAt !== undefined && (speaking || silentFrom > playout.startedAt);
}

/**
 * Words of speech too short or too soft to be more than a noise say that it is more; but not if the agent says them, too:
 * an echo is short and soft.
 */
export function isSpokenOver({ caller }: TurnState, context: TurnContext): boolean {
  const isNew = isOverReply(caller, context) && caller.partialAt >= caller.speechFrom;
  return isNew && !areOwnWords(caller.partial, intendedText(context.playout), 1);
}

function pause(state: TurnState, task: ReplyTask, at: number, { playout, settings }: TurnContext): TurnStep {
  const paused: ReplyTask = { ...task, pausedAt: at };
  const heard = heardMs(playout, at, settings);
  return stay(
    { ...state, phase: { name: 'speaking', task: paused } },
    { type: 'playout-pause', reply: task.reply, heardMs: heard },
  );
}

/**
 * The sound for which the agent fell silent has ended, and was only a backchannel: by its words, or because one was likely
 * and there are none yet. A pause as short as this is hardly heard, and words that follow stop the agent again.
 */
export function isOverAgain({ phase, caller }: TurnState, context: TurnContext): boolean {
  if (phase.name !== 'speaking' || phase.task.pausedAt === undefined || caller.speaking) return false;
  const words = caller.partialAt >= caller.speechFrom ? caller.partial : '';
  if (words === '' || beginsBackchannel(words)) return phase.task.kind === 'greeting';
  return isOnlyListening(words, caller.silentFrom, context);
}

/** It was nothing: the agent goes on where the caller last heard it. */
export function resume(state: TurnState, at: number): TurnStep {
  const { phase } = state;
  if (phase.name !== 'speaking' || phase.task.pausedAt === undefined) return stay(state);
  const { pausedAt: _, falseStops = 0, ...task } = phase.task;
  const resumed: ReplyTask = { ...task, quietFrom: at, falseStops: falseStops + 1 };
  return stay({ ...state, phase: { name: 'speaking', task: resumed } }, { type: 'playout-resume', reply: task.reply });
}

/** The caller takes the floor: now, or when what must be heard has been heard. */
export function takeFloor(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  const mustWait = phase.name === 'speaking' && mustBeHeard(context.playout);
  return mustWait ? claim(state, phase.task, at) : interrupt(state, at, context);
}

/** A key stops the agent where that was said, as soon as the caller hears what the agent asks. */
export function pressOver(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  const { playout, settings } = context;
  const stops = (state.keysInterrupt ?? settings.keysInterrupt) === true;
  if (phase.name !== 'speaking' || phase.task.leaving || !stops) return stay(state);
  if (mustBeHeard(playout)) return claim(state, phase.task, at);
  if (!isAnswerHeard(playout, at, settings)) return stay(state);
  const cause = { type: 'barge-in', reply: phase.task.reply, heardMs: heardMs(playout, at, settings) } as const;
  return before([cause, ...abandoned(phase.task, at, context)], listen(state, at));
}

/** A `#` says that all keys have been pressed: it may belong to an earlier question. */
const arePressed = ({ digits }: CallerState): boolean => /[^#]/u.test(digits);

function claim(state: TurnState, task: ReplyTask, at: number): TurnStep {
  return resume({ ...state, phase: { name: 'speaking', task: { ...task, claimed: true } } }, at);
}

/** What had to be heard has been heard: a claim that was made over it is judged, if it still stands. */
export function settleClaim(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase, caller } = state;
  if (phase.name !== 'speaking' || !phase.task.claimed || mustBeHeard(context.playout)) return stay(state);
  const { claimed: _, ...task } = phase.task;
  const free: TurnState = { ...state, phase: { name: 'speaking', task } };
  if (arePressed(caller)) {
    const [next, effects] = pressOver(free, at, context);
    if (next.phase.name === 'listening') return [next, effects];
  }
  if (!isInterruptible({ name: 'speaking', task }, context.settings)) return stay(free);
  if (caller.words !== '') return interrupt(free, at, context);
  return caller.sustained ? judgeSpeech(free, at, context) : stay(free);
}

/** What was heard of the reply stands; what was not, never happened. */
export function interrupt(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const { task } = phase;
  const caller = { ...state.caller, unheard: true };
  // Words that have just come are not a second time the same because they interrupt, nor because speech goes on in which
  // they may have been.
  const isNewSpeech = caller.speaking && caller.speechFrom > (caller.lastFinal?.at ?? 0);
  const claimed = { ...state, caller: isNewSpeech ? freshened(caller) : caller };
  if (phase.name === 'thinking') return takeBack(claimed, task, at, context);
  const { playout, settings } = context;
  const cause = { type: 'barge-in', reply: task.reply, heardMs: heardMs(playout, at, settings) } as const;
  if (!isAnswerHeard(playout, at, settings)) return before([cause], takeBack(claimed, task, at, context));
  return before([cause, ...abandoned(task, at, context)], listen(claimed, at));
}

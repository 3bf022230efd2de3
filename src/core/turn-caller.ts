/** What the caller does, and what it means for the floor. */
import type { CallEvent } from './call-event.ts';
import {
  interrupt,
  isInterruptible,
  isOnlyListening,
  isOverAgain,
  isOverReply,
  isSpokenOver,
  judgeSpeech,
  pressOver,
  resume,
  takeFloor,
  yieldsUnheard,
} from './interruption.ts';
import { timed, unanswered } from './long-turn.ts';
import { freshened, isRepeat } from './repeats.ts';
import type { CallSettings } from './settings.ts';
import { type CallerState, type TurnState, wordsSoFar } from './turn.ts';
import type { TurnContext, TurnEffect } from './turn-effects.ts';
import { endpoint } from './turn-end.ts';
import { before, stay, type TurnStep, takeBack, withoutOverlap } from './turn-moves.ts';
import { normalized } from './words.ts';

export function onSpeechStart(state: TurnState, since: number, at: number, context: TurnContext): TurnStep {
  const { soundFrom = since } = state.caller;
  const speaking: CallerState = { ...state.caller, speaking: true, sustained: false, speechFrom: since, soundFrom };
  const { phase } = state;
  const next = { ...state, caller: phase.name === 'listening' ? freshened(speaking) : speaking };
  return yieldsUnheard(next, context.settings) ? interrupt(next, at, context) : stay(next);
}

/** Speech over a reply, more than a noise, is judged: at once, or when the reply's first moments have passed. */
export function onSpeechSustained(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { prepared, ...caller } = state.caller;
  const drop: TurnEffect[] = prepared === undefined ? [] : [{ type: 'answer-drop', reply: state.replies + 1 }];
  const next: TurnState = { ...state, caller: { ...caller, sustained: true } };
  const { phase } = next;
  if (!caller.speaking || !('task' in phase) || !isInterruptible(phase, context.settings)) return stay(next, ...drop);
  if (phase.name === 'thinking' && !yieldsUnheard(next, context.settings)) return stay(next, ...drop);
  const graceUntil = phase.name === 'speaking' ? graceEnd(context) : at;
  if (at >= graceUntil) return before(drop, judgeSpeech(next, at, context));
  return stay({ ...next, phase: { ...phase, task: { ...phase.task, overlapUntil: graceUntil } } }, ...drop);
}

export const graceEnd = ({ playout, settings }: TurnContext): number =>
  (playout.startedAt ?? 0) + settings.bargeInGraceMs;

export function onSpeechEnd(state: TurnState, since: number, at: number, context: TurnContext): TurnStep {
  if (!state.caller.speaking) return stay(state);
  const owedFinals = state.caller.owedFinals + 1;
  const caller = { ...state.caller, speaking: false, sustained: false, silentFrom: since, owedFinals };
  const next = withoutOverlap({ ...state, caller });
  return isOverAgain(next, context) ? resume(next, at) : stay(next);
}

/** Words of speech that goes on over the agent may be the evidence that was waited for. */
export function onPartial(state: TurnState, text: string, at: number, context: TurnContext): TurnStep {
  const partial = unanswered(state.caller, text);
  if (partial === state.caller.partial) return stay(state);
  const { endpointMs: _, ...known } = state.caller;
  const isLive = known.speaking && at > known.speechFrom;
  const heard = { ...known, partial, partialAt: at, ...(isLive ? ({ livePartials: true } as const) : {}) };
  const next: TurnState = { ...state, caller: timed(partial === '' ? heard : withWords(heard), at) };
  const { phase, caller } = next;
  if (phase.name !== 'speaking' || !isInterruptible(phase, context.settings)) return stay(next);
  const isOver = caller.sustained || phase.task.pausedAt !== undefined || isSpokenOver(next, context);
  return isOver ? judgeSpeech(next, at, context) : stay(next);
}

/** Sound with words in it is none without. */
const withWords = ({ soundFrom: _, ...caller }: CallerState): CallerState => caller;

/** A verdict on other words than those of now comes too late. */
export function onJudged(state: TurnState, event: Extract<CallEvent, { type: 'endpoint-judged' }>): TurnStep {
  const { reasons, waitMs: endpointMs, words } = event;
  if (normalized(words) !== normalized(wordsSoFar(state.caller))) return stay(state);
  const { dictates: _, ...caller } = state.caller;
  const isDictation = reasons.some((reason) => reason.startsWith('digits-'));
  return stay({ ...state, caller: { ...caller, endpointMs, ...(isDictation ? { dictates: true } : {}) } });
}

export function onFinal(state: TurnState, whole: string, at: number, context: TurnContext): TurnStep {
  const text = unanswered(state.caller, whole);
  const { endpointMs: _, answeredWords: __, ...rest } = state.caller;
  const known = { ...rest, partial: '', owedFinals: Math.max(0, state.caller.owedFinals - 1) };
  const settled = timed(known, at);
  if (text.trim() === '') return onNoWords({ ...state, caller: settled }, at, context.settings);
  if (isRepeat(state.caller, text, at, context.settings)) return stay({ ...state, caller: settled });
  const sawSpeech = state.caller.owedFinals > 0 || state.caller.speaking;
  const caller = timed(
    {
      ...withWords(known),
      words: `${settled.words} ${text.trim()}`.trim(),
      wordsFrom: settled.words === '' ? (sawSpeech ? settled.speechFrom : at) : settled.wordsFrom,
      silentFrom: sawSpeech ? settled.silentFrom : at,
      lastFinal: { text: normalized(text), at, fresh: false },
      unheard: false,
    },
    at,
  );
  if (isHeardOut({ ...state, caller }, text, at, context))
    return resumeUnlessSpeaking({ ...state, caller: settled }, at);
  const next = { ...state, caller };
  const { phase } = state;
  // Words that come while the answer is not audible yet belong to the turn that is being answered.
  if (phase.name === 'thinking' && isInterruptible(phase, context.settings))
    return takeBack(next, phase.task, at, context);
  const isClaim = phase.name === 'speaking' && isInterruptible(phase, context.settings) && isOverReply(caller, context);
  return isClaim ? takeFloor(next, at, context) : stay(next);
}

/** A backchannel over the agent is no turn: it is neither answered now nor afterwards. */
function isHeardOut({ phase, caller }: TurnState, text: string, at: number, context: TurnContext): boolean {
  // "Yes", over the question whether a person is there, is the answer.
  if (phase.name !== 'speaking' || phase.task.line === 'person-check') return false;
  return isOverReply(caller, context) && isOnlyListening(text, at, context);
}

const resumeUnlessSpeaking = (state: TurnState, at: number): TurnStep =>
  state.caller.speaking ? stay(state) : resume(state, at);

/** An utterance ended without words: a noise, or speech that was not understood. */
function onNoWords(state: TurnState, at: number, settings: CallSettings): TurnStep {
  const { phase, caller } = state;
  if (phase.name === 'speaking') return resumeUnlessSpeaking(state, at);
  if (phase.name !== 'listening' || caller.owedFinals > 0 || caller.words !== '') return stay(state);
  const unheard = caller.silentFrom - caller.speechFrom >= settings.unheardSpeechMs || caller.unheard;
  return stay({ ...state, caller: { ...caller, unheard }, phase: { name: 'listening', since: at } });
}

export function onDigit(state: TurnState, digit: string, at: number, context: TurnContext): TurnStep {
  const caller = { ...state.caller, digits: state.caller.digits + digit, digitAt: at };
  const next = { ...state, caller };
  const isEnd = digit === '#' && state.phase.name === 'listening' && !caller.speaking;
  if (isEnd) return digitsDone(next, at, context);
  return digit === '#' ? stay(next) : pressOver(next, at, context);
}

/** Pressed keys are words; the `#` only says that they are all. */
export function digitsDone(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { soundFrom: _, ...known } = state.caller;
  const { digits, words } = known;
  const pressed = digits.replaceAll('#', '');
  const caller = { ...known, digits: '', silentFrom: at, words: `${words} ${pressed}`.trim() };
  if (caller.words === '') return stay({ ...state, caller });
  return endpoint({ ...state, caller: words === '' ? { ...caller, wordsFrom: at } : caller }, at, context);
}

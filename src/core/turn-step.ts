/** Moves the floor: the one reducer that decides when the agent speaks, stops, asks again and leaves. */
import type { CallEvent, EndReason, LineName } from './call-event.ts';
import {
  interrupt,
  isInterruptible,
  isOnlyListening,
  isOverReply,
  judgeLasting,
  judgeSpeech,
  resume,
  yieldsUnheard,
} from './interruption.ts';
import { freshened, isRepeat } from './repeats.ts';
import type { CallSettings } from './settings.ts';
import { type CallerState, type Due, type ReplyTask, type TurnState, turnDeadline, wordsSoFar } from './turn.ts';
import { abandoned, callerTurn, finished, type TurnContext, type TurnEffect } from './turn-effects.ts';
import { before, listen, stay, type TurnStep, takeBack, withoutOverlap } from './turn-moves.ts';
import { endTools, startTools } from './turn-tools.ts';
import { normalized } from './words.ts';

export function stepTurn(state: TurnState, event: CallEvent, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name === 'ended') return stay(state);
  if (event.type === 'stream-end') return leave(state, event.reason, event.at, context);
  if (phase.name === 'idle') return event.type === 'call-start' ? greet(state, event.at) : stay(state);
  if (event.type === 'deadline') return onDeadline(state, event.at, context);
  if (phase.name === 'leaving') return stay(state);
  switch (event.type) {
    case 'speech-start':
      return onSpeechStart(state, event.since, event.at, context);
    case 'speech-sustained':
      return onSpeechSustained(state, event.at, context);
    case 'speech-end':
      return onSpeechEnd(state, event.since);
    case 'transcript-partial':
      return onPartial(state, event.text, event.at, context);
    case 'transcript-final':
      return onFinal(state, event.text, event.at, context);
    case 'endpoint-judged':
      return onJudged(state, event.words, event.waitMs);
    case 'digit':
      return onDigit(state, event.digit, event.at, context);
    case 'reply-end':
      return onReplyEnd(state, event.hangUp, event.at, context);
    case 'reply-error':
      return onReplyError(state, event.at, context);
    case 'tool-start':
      return startTools(state, event.at);
    case 'tool-end':
      return stay(endTools(state, event.of, event.at));
    case 'recogniser-lost':
      return sayAndLeave(state, { line: 'failure', reason: 'recogniser-failed', at: event.at }, context);
    case 'playout-start':
    case 'playout-dry':
    case 'mark':
      return onPlayout(state, event.at, context);
    case 'end-request':
      return sayAndLeave(state, { line: 'failure', reason: event.reason, at: event.at }, context);
    default:
      return stay(state);
  }
}

// Starting replies

function greet(state: TurnState, at: number): TurnStep {
  const [next, task] = newTask(state, { kind: 'greeting', at });
  return stay(next, { type: 'greeting-start', reply: task.reply });
}

/** The caller's turn is over and has words: the agent's turn begins. */
function answer(state: TurnState, at: number): TurnStep {
  const { words, wordsFrom, silentFrom } = state.caller;
  const [next, task] = newTask(state, { kind: 'answer', at, answers: words, from: wordsFrom, to: silentFrom });
  const { takenBack, ...known } = next.caller;
  const kept = takenBack === words ? { takenBack } : {};
  const caller = { ...known, ...kept, words: '', partial: '', unheard: false };
  return stay({ ...next, caller, unanswered: 0 }, { type: 'answer-start', reply: task.reply });
}

function say(state: TurnState, line: LineName, at: number, leaving?: EndReason): TurnStep {
  const [next, task] = newTask(state, { kind: 'line', at, line, leaving });
  return stay(next, { type: 'line-start', reply: task.reply, line });
}

interface NewTask {
  readonly kind: ReplyTask['kind'];
  readonly at: number;
  readonly line?: LineName;
  readonly leaving?: EndReason | undefined;
  readonly answers?: string;
  readonly from?: number;
  readonly to?: number;
}

function newTask(state: TurnState, { kind, at, line, leaving, answers = '', from = at, to = at }: NewTask) {
  const reply = state.replies + 1;
  const task: ReplyTask = {
    reply,
    kind,
    ...(line === undefined ? {} : { line }),
    since: at,
    answers,
    answersFrom: from,
    answersTo: to,
    ...(leaving === undefined ? {} : { leaving }),
    fillers: 0,
    quietFrom: kind === 'answer' ? Math.min(to, at) : at,
  };
  const { endpointMs: _, prepared: __, ...caller } = state.caller;
  return [{ ...state, caller, replies: reply, phase: { name: 'thinking', task } } satisfies TurnState, task] as const;
}

export interface Farewell {
  readonly line: LineName;
  readonly reason: EndReason;
  readonly at: number;
}

/** Cancels whatever is in progress and ends the call with a line. Repeated requests change nothing. */
export function sayAndLeave(state: TurnState, { line, reason, at }: Farewell, context: TurnContext): TurnStep {
  const { phase } = state;
  if (phase.name === 'listening') return say(state, line, at, reason);
  if (!('task' in phase) || phase.task.leaving) return stay(state);
  const effects = abandoned(phase.task, at, context);
  return before(effects, say(state, line, at, reason));
}

/** Ends the call without another word, because its last line did not come to an end. */
export function cutOff(state: TurnState, { reason, at }: Farewell, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const { task } = phase;
  const effects = abandoned(task, at, context);
  return before(effects, hangUp(state, task.leaving ?? reason, at, context.settings));
}

// The caller

function onSpeechStart(state: TurnState, since: number, at: number, context: TurnContext): TurnStep {
  const speaking: CallerState = { ...state.caller, speaking: true, sustained: false, speechFrom: since };
  const { phase } = state;
  const next = { ...state, caller: phase.name === 'listening' ? freshened(speaking) : speaking };
  return yieldsUnheard(next, context.settings) ? interrupt(next, at, context) : stay(next);
}

/** Speech over a reply, more than a noise, is judged: at once, or when the reply's first moments have passed. */
function onSpeechSustained(state: TurnState, at: number, context: TurnContext): TurnStep {
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

const graceEnd = ({ playout, settings }: TurnContext): number => (playout.startedAt ?? 0) + settings.bargeInGraceMs;

function onSpeechEnd(state: TurnState, since: number): TurnStep {
  if (!state.caller.speaking) return stay(state);
  const owedFinals = state.caller.owedFinals + 1;
  const caller = { ...state.caller, speaking: false, sustained: false, silentFrom: since, owedFinals };
  return stay(withoutOverlap({ ...state, caller }));
}

/** Words of speech that goes on over the agent may be the evidence that was waited for. */
function onPartial(state: TurnState, partial: string, at: number, context: TurnContext): TurnStep {
  if (partial === state.caller.partial) return stay(state);
  const { endpointMs: _, ...known } = state.caller;
  const isLive = known.speaking && at > known.speechFrom;
  const caller: CallerState = { ...known, partial, partialAt: at, ...(isLive ? { livePartials: true } : {}) };
  const next: TurnState = { ...state, caller };
  const { phase } = next;
  const isOver = phase.name === 'speaking' && (caller.sustained || phase.task.pausedAt !== undefined);
  return isOver && isInterruptible(phase, context.settings) ? judgeSpeech(next, at, context) : stay(next);
}

/** A verdict on other words than those of now comes too late. */
function onJudged(state: TurnState, words: string, endpointMs: number): TurnStep {
  if (normalized(words) !== normalized(wordsSoFar(state.caller))) return stay(state);
  return stay({ ...state, caller: { ...state.caller, endpointMs } });
}

function onFinal(state: TurnState, text: string, at: number, context: TurnContext): TurnStep {
  const { endpointMs: _, ...known } = state.caller;
  const settled = { ...known, partial: '', owedFinals: Math.max(0, state.caller.owedFinals - 1) };
  if (text.trim() === '') return onNoWords({ ...state, caller: settled }, at, context.settings);
  if (isRepeat(state.caller, text, at, context.settings)) return stay({ ...state, caller: settled });
  const sawSpeech = state.caller.owedFinals > 0 || state.caller.speaking;
  const caller: CallerState = {
    ...settled,
    words: `${settled.words} ${text.trim()}`.trim(),
    wordsFrom: settled.words === '' ? (sawSpeech ? settled.speechFrom : at) : settled.wordsFrom,
    silentFrom: sawSpeech ? settled.silentFrom : at,
    lastFinal: { text: normalized(text), at, fresh: false },
    unheard: false,
  };
  if (isHeardOut({ ...state, caller }, text, at, context))
    return resumeUnlessSpeaking({ ...state, caller: settled }, at);
  const next = { ...state, caller };
  const { phase } = state;
  // Words that come while the answer is not audible yet belong to the turn that is being answered.
  if (phase.name === 'thinking' && phase.task.kind === 'answer' && !phase.task.leaving)
    return takeBack(next, phase.task, at, context);
  const isClaim = phase.name === 'speaking' && isInterruptible(phase, context.settings) && isOverReply(caller, context);
  return isClaim ? interrupt(next, at, context) : stay(next);
}

/** A backchannel over the agent is no turn: it is neither answered now nor afterwards. */
function isHeardOut({ phase, caller }: TurnState, text: string, at: number, context: TurnContext): boolean {
  return phase.name === 'speaking' && isOverReply(caller, context) && isOnlyListening(text, at, context);
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

function onDigit(state: TurnState, digit: string, at: number, { settings }: TurnContext): TurnStep {
  const caller = { ...state.caller, digits: state.caller.digits + digit, digitAt: at };
  const next = { ...state, caller };
  const isEnd = digit === '#' && state.phase.name === 'listening' && !caller.speaking;
  return isEnd ? digitsDone(next, at, settings) : stay(next);
}

/** Pressed keys are words; the `#` only says that they are all. */
function digitsDone(state: TurnState, at: number, settings: CallSettings): TurnStep {
  const { digits, words } = state.caller;
  const pressed = digits.replaceAll('#', '');
  const caller = { ...state.caller, digits: '', silentFrom: at, words: `${words} ${pressed}`.trim() };
  if (caller.words === '') return stay({ ...state, caller });
  return endpoint({ ...state, caller: words === '' ? { ...caller, wordsFrom: at } : caller }, at, settings);
}

// The agent's reply

function onPlayout(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  if (context.news === 'played') return onPlayed(state, phase.task, at, context);
  if (phase.name !== 'thinking' || context.news !== 'audible') return stay(state);
  const speaking: TurnState = { ...state, phase: { name: 'speaking', task: phase.task } };
  if (!state.caller.sustained || !isInterruptible({ name: 'speaking', task: phase.task }, context.settings)) {
    return stay(speaking);
  }
  const task = { ...phase.task, overlapUntil: graceEnd(context) };
  return stay({ ...speaking, phase: { name: 'speaking', task } });
}

function onReplyEnd(state: TurnState, isLast: boolean, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const leaving = phase.task.leaving ?? (isLast ? 'agent-finished' : undefined);
  const task: ReplyTask = leaving ? { ...phase.task, leaving } : phase.task;
  const next = leaving ? withoutOverlap({ ...state, phase: { ...phase, task } }) : state;
  if (context.playout.sentences.length > 0) return stay(next);
  if (leaving) return before(finished(task, at, context), hangUp(next, leaving, at, context.settings));
  return task.kind === 'greeting' ? listen(next, at) : giveUp(next, at, context);
}

/** What is queued is still played; only then the apology. With nothing audible there is nothing to wait for. */
function onReplyError(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  if (phase.name === 'thinking' && context.playout.sentences.length === 0) return giveUp(state, at, context);
  return stay({ ...state, phase: { ...phase, task: { ...phase.task, failed: true } } });
}

function onPlayed(state: TurnState, task: ReplyTask, at: number, context: TurnContext): TurnStep {
  if (task.failed) return giveUp(state, at, context);
  const turns = finished(task, at, context, 'played');
  if (task.leaving) return before(turns, hangUp(state, task.leaving, at, context.settings));
  return before(turns, listen(task.kind === 'answer' ? { ...state, failures: 0 } : state, at));
}

/** The reply cannot be had: apologise once, and the second time in a row end the call. */
function giveUp(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const { task } = phase;
  const effects = abandoned(task, at, context);
  const failed = { ...state, failures: state.failures + 1 };
  const reason = task.leaving ?? 'replies-failed';
  if (task.line === 'failure') return before(effects, hangUp(failed, reason, at, context.settings));
  const isLast = failed.failures >= 2 || task.kind === 'line';
  return before(effects, isLast ? say(failed, 'failure', at, reason) : say(failed, 'apology', at));
}

function hangUp(state: TurnState, reason: EndReason, at: number, settings: CallSettings): TurnStep {
  const until = at + settings.closeWaitMs;
  return stay({ ...state, phase: { name: 'leaving', reason, until } }, { type: 'hang-up', reason });
}

// Deadlines

function onDeadline(state: TurnState, at: number, context: TurnContext): TurnStep {
  const deadline = turnDeadline(state, context.playout, context.settings);
  if (!deadline || at < deadline.at) return stay(state);
  return DUE[deadline.due](state, at, context);
}

const DUE: Readonly<Record<Due, (state: TurnState, at: number, context: TurnContext) => TurnStep>> = {
  prepare,
  endpoint: (state, at, { settings }) => endpoint(state, at, settings),
  'no-words': noWords,
  digits: (state, at, { settings }) => digitsDone(state, at, settings),
  'no-input': (state, at, { settings }) => prompt(state, 'no-input', at, settings),
  overlap: judgeSpeech,
  'barge-in': judgeLasting,
  resume: (state, at) => resume(state, at),
  'dead-air': fill,
  'give-up': giveUp,
  'mark-lost': (state, at, context) =>
    'task' in state.phase ? onPlayed(state, state.phase.task, at, context) : stay(state),
  gone: (state, at, context) =>
    state.phase.name === 'leaving' ? leave(state, state.phase.reason, at, context) : stay(state),
};

/** The caller is probably through: the answer is begun while the silence is still being judged. */
function prepare(state: TurnState): TurnStep {
  const words = wordsSoFar(state.caller);
  const next = { ...state, caller: { ...state.caller, prepared: words } };
  return stay(next, { type: 'answer-prepare', reply: state.replies + 1, words });
}

function endpoint(state: TurnState, at: number, settings: CallSettings): TurnStep {
  return state.caller.words === '' ? prompt(state, 'not-heard', at, settings) : answer(state, at);
}

/** The recogniser owes words and does not deliver: the partial serves, if there is one. */
function noWords(state: TurnState, at: number, { settings }: TurnContext): TurnStep {
  const words = wordsSoFar(state.caller);
  const wordsFrom = state.caller.words === '' ? state.caller.speechFrom : state.caller.wordsFrom;
  const caller: CallerState = { ...state.caller, owedFinals: 0, words, wordsFrom, partial: '' };
  const lastFinal = { text: normalized(state.caller.partial), at, fresh: false };
  const heard = state.caller.partial === '' ? caller : { ...caller, lastFinal };
  return endpoint({ ...state, caller: heard }, at, settings);
}

function prompt(state: TurnState, line: 'no-input' | 'not-heard', at: number, settings: CallSettings): TurnStep {
  const unanswered = state.unanswered + 1;
  const next = { ...state, unanswered, caller: { ...state.caller, unheard: false } };
  return unanswered > settings.noInputPrompts ? say(next, 'goodbye', at, 'no-input') : say(next, line, at);
}

function fill(state: TurnState, at: number): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  const task = { ...phase.task, fillers: phase.task.fillers + 1, quietFrom: at };
  return stay({ ...state, phase: { ...phase, task } }, { type: 'filler-play', reply: task.reply });
}

function leave(state: TurnState, reason: EndReason, at: number, context: TurnContext): TurnStep {
  const { phase, caller } = state;
  const unanswered = wordsSoFar(caller);
  const effects: TurnEffect[] = callerTurn(unanswered, caller.words === '' ? caller.speechFrom : caller.wordsFrom, at);
  const end = phase.name === 'leaving' ? phase.reason : reason;
  const ended: TurnState = { ...state, phase: { name: 'ended', reason: end } };
  const close: TurnEffect = { type: 'call-close', reason: end };
  if (!('task' in phase)) return stay(ended, ...effects, close);
  const cut = [...finished(phase.task, at, context), { type: 'reply-cancel', reply: phase.task.reply } as const];
  return stay(ended, ...cut, ...effects, close);
}

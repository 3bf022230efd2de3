/** Moves the floor: the one reducer that decides when the agent speaks, stops, asks again and leaves. */
import type { CallEvent, EndReason } from './call-event.ts';
import { isInterruptible, judgeLasting, judgeSpeech, resume, settleClaim } from './interruption.ts';
import { answerOver, cutIn, talksOn } from './long-turn.ts';
import { giveBack, heardWhileTaken, operatorSpoke, takeNote, takeOver, wantSaid } from './operator.ts';
import { type CallerState, type ReplyTask, type TurnState, wordsSoFar } from './turn.ts';
import {
  digitsDone,
  graceEnd,
  onDigit,
  onFinal,
  onJudged,
  onPartial,
  onSpeechEnd,
  onSpeechStart,
  onSpeechSustained,
} from './turn-caller.ts';
import { type Due, turnDeadline } from './turn-deadline.ts';
import { callerTurn, finished, type TurnContext, type TurnEffect } from './turn-effects.ts';
import { askForPerson, endpoint } from './turn-end.ts';
import { before, listen, stay, type TurnStep, withoutOverlap } from './turn-moves.ts';
import { giveUp, greet, hangUp, prompt, sayAndLeave } from './turn-replies.ts';
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
      return onSpeechEnd(state, event.since, event.at, context);
    case 'transcript-partial':
      return onPartial(state, event.text, event.at, context);
    case 'transcript-final':
      return onFinal(state, event.text, event.at, context);
    case 'endpoint-judged':
      return onJudged(state, event);
    case 'digit':
      return onDigit(state, event.digit, event.at, context);
    case 'expect':
      return stay(onExpect(state, event.keysInterrupt));
    case 'reply-end':
      return onReplyEnd(state, event.hangUp, event.at, context);
    case 'reply-error':
      return onReplyError(state, event.at, context);
    case 'tool-start':
      return startTools(state, event.at);
    case 'tool-end':
      return stay(endTools(state, event.of, event.at));
    case 'operator-say':
      return stay(wantSaid(state, event.text));
    case 'operator-note':
      return takeNote(state);
    case 'take-over':
      return takeOver(state, event, context);
    case 'operator-spoke':
      return operatorSpoke(state, event);
    case 'give-back':
      return giveBack(state, event, context);
    case 'recogniser-lost':
      if (phase.name === 'taken') return stay({ ...state, phase: { ...phase, deaf: true } });
      return sayAndLeave(state, { line: 'failure', reason: 'recogniser-failed', at: event.at }, context);
    case 'sentence-end':
    case 'playout-start':
    case 'playout-dry':
    case 'mark':
      return onPlayout(state, event.at, context);
    case 'end-request':
      return endAsked(state, event.reason, event.at, context);
    default:
      return stay(state);
  }
}

/** An operator ends the call with thanks; whoever had it has said goodbye. */
function endAsked(state: TurnState, reason: EndReason, at: number, context: TurnContext): TurnStep {
  if (reason !== 'operator-hung-up') return sayAndLeave(state, { line: 'failure', reason, at }, context);
  if (state.phase.name === 'taken') return hangUp(state, reason, at, context.settings);
  return sayAndLeave(state, { line: 'farewell', reason, at }, context);
}

// The agent's reply

function onExpect({ keysInterrupt: _, ...state }: TurnState, keysInterrupt: boolean | undefined): TurnState {
  return keysInterrupt === undefined ? state : { ...state, keysInterrupt };
}

function onPlayout(state: TurnState, at: number, context: TurnContext): TurnStep {
  const { phase } = state;
  if (!('task' in phase)) return stay(state);
  if (context.news === 'played') return onPlayed(state, phase.task, at, context);
  if (phase.name === 'speaking') return settleClaim(state, at, context);
  if (context.news !== 'audible') return stay(state);
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
  if (task.line === 'cut-in' && talksOn(state)) return before(turns, answerOver(state, at));
  return before(turns, listen(task.kind === 'answer' ? { ...state, failures: 0 } : state, at));
}

// Deadlines

function onDeadline(state: TurnState, at: number, context: TurnContext): TurnStep {
  const deadline = turnDeadline(state, context.playout, context.settings);
  if (!deadline || at < deadline.at) return stay(state);
  return DUE[deadline.due](state, at, context);
}

const DUE: Readonly<Record<Due, (state: TurnState, at: number, context: TurnContext) => TurnStep>> = {
  prepare,
  heard: (state, at) => heardWhileTaken(state, at),
  endpoint,
  wordless: (state, at) => askForPerson(state, at),
  'cut-in': (state, at) => cutIn(state, at),
  overheard: (state, at) => answerOver(state, at),
  'no-words': noWords,
  digits: digitsDone,
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

/** The recogniser owes words and does not deliver: the partial serves, if there is one. */
function noWords(state: TurnState, at: number, context: TurnContext): TurnStep {
  const words = wordsSoFar(state.caller);
  const wordsFrom = state.caller.words === '' ? state.caller.speechFrom : state.caller.wordsFrom;
  const { answeredWords: _, ...known } = state.caller;
  const caller: CallerState = { ...known, owedFinals: 0, words, wordsFrom, partial: '' };
  const lastFinal = { text: normalized(state.caller.partial), at, fresh: false };
  const heard = state.caller.partial === '' ? caller : { ...caller, lastFinal };
  return endpoint({ ...state, caller: heard }, at, context);
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

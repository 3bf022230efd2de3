/** What the turn wants of the shell, and the record that it leaves of each reply. */
import type { CallEffect, Turn } from './call-event.ts';
import { heardText, intendedText, type PlayoutNews, type PlayoutState } from './playout.ts';
import type { CallSettings } from './settings.ts';
import type { ReplyTask } from './turn.ts';

/** What a step of the turn may look at beside its own state. */
export interface TurnContext {
  readonly playout: PlayoutState;
  readonly news: PlayoutNews | undefined;
  readonly settings: CallSettings;
  /** All turns that are over. */
  readonly transcript: readonly Turn[];
}

/** As the call's effects, but the generation of a clear or a pause is the playout's to count. */
export type TurnEffect =
  | Exclude<CallEffect, { type: 'playout-clear' | 'playout-pause' }>
  | { readonly type: 'playout-clear'; readonly reply: number }
  | { readonly type: 'playout-pause'; readonly reply: number; readonly heardMs: number };

/** Stops brain, voice and playout of a reply. */
export const cancelled = ({ reply }: ReplyTask): TurnEffect[] => [
  { type: 'reply-cancel', reply },
  { type: 'playout-clear', reply },
];

/** The record of a reply that is over: the caller's turn that it answered, and what was heard of it. */
export function finished(
  task: ReplyTask,
  at: number,
  context: TurnContext,
  how: 'played' | 'cut' = 'cut',
): TurnEffect[] {
  return [...callerTurn(task.answers, task.answersFrom, task.answersTo), ...agentTurn(task, at, context, how)];
}

/** Everything that gives a reply up in its middle: the record of what was heard of it, and the stop. */
export const abandoned = (task: ReplyTask, at: number, context: TurnContext): TurnEffect[] => [
  ...finished(task, at, context),
  ...cancelled(task),
];

export function callerTurn(text: string, from: number, to: number, marks: Pick<Turn, 'aside'> = {}): TurnEffect[] {
  return text === '' ? [] : [{ type: 'turn-finished', turn: { who: 'caller', text, from, to, ...marks } }];
}

export function agentTurn(task: ReplyTask, at: number, context: TurnContext, how: 'played' | 'cut'): TurnEffect[] {
  const { playout, settings } = context;
  const intended = intendedText(playout);
  const text = how === 'played' ? intended : heardText(playout, at, settings);
  if (text === '') return [];
  const aside = task.line === 'person-check' ? ({ aside: true } as const) : {};
  const who = task.kind === 'say' ? 'operator' : 'agent';
  const turn = { who, text, from: playout.startedAt ?? task.since, to: at, ...aside } as const;
  return [{ type: 'turn-finished', turn: text === intended ? turn : { ...turn, interrupted: true, intended } }];
}

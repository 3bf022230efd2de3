import type { JournalEntry, JournalHead } from '../../call/journal.ts';
import { TurnTimer, type TurnTiming } from '../../call/turn-timing.ts';
import type { CallOutcome, EndReason, Turn } from '../../core/call-event.ts';

/** Where the time before an answer went, and when it became audible, in ms of the call. */
export interface ReplyTiming extends TurnTiming {
  readonly audibleAt: number;
}

/** Who served the call. */
export type ServedBy = Pick<JournalHead, 'agent' | 'providers' | 'caveats'>;

export interface JournalSummary {
  readonly servedBy?: ServedBy;
  readonly turns: readonly Turn[];
  readonly replies: readonly ReplyTiming[];
  readonly outcome?: CallOutcome;
  readonly endReason?: EndReason;
}

/** Reads one line of a journal: its head, a step, or undefined for what is neither, like a line torn by a crash. */
export function readJournalLine(text: string): ServedBy | JournalEntry | undefined {
  try {
    const line = JSON.parse(text) as Partial<JournalHead & JournalEntry> | null;
    const { agent, providers, caveats, event, effects, state } = line ?? {};
    if (agent !== undefined && providers !== undefined && caveats !== undefined) return { agent, providers, caveats };
    if (typeof event?.type !== 'string' || typeof event.at !== 'number' || state === undefined) return undefined;
    return { event, effects: effects ?? [], state };
  } catch {
    return undefined;
  }
}

export function summariseJournal(entries: readonly JournalEntry[], servedBy?: ServedBy): JournalSummary {
  const timer = new TurnTimer();
  const turns: Turn[] = [];
  const replies: ReplyTiming[] = [];
  let outcome: CallOutcome | undefined;
  let endReason: EndReason | undefined;
  for (const { event, effects } of entries) {
    const timing = timer.take(event, effects);
    if (timing) replies.push({ ...timing, audibleAt: event.at });
    if (event.type === 'outcome') outcome = event.outcome;
    for (const effect of effects) {
      if (effect.type === 'turn-finished') turns.push(effect.turn);
      if (effect.type === 'call-close') endReason = effect.reason;
    }
  }
  return {
    turns,
    replies,
    ...(servedBy === undefined ? {} : { servedBy }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(endReason === undefined ? {} : { endReason }),
  };
}

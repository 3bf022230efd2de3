import type { BrainRequest, HistoryTurn } from '../contracts.ts';

/**
 * A flow reads the history as answers to its own questions. One that takes a call over must not see what the caller said
 * to somebody else: for it the call begins at the takeover.
 */
export interface Takeover {
  /** Which of the chain serves from here on. */
  readonly index: number;
  /** Turns of the caller that were not meant for it: all so far, with the one that nobody else could answer. */
  readonly callerTurnsBefore: number;
}

/** The first of a chain is in charge from the beginning, and so is whoever opens the call. */
export function takeoverBy(index: number, { history }: BrainRequest): Takeover {
  return { index, callerTurnsBefore: index === 0 ? 0 : history.filter(isCaller).length };
}

/**
 * The request as the flow may see it. Until the caller has heard something after the takeover, a question of the flow is
 * still to be asked: a reply that was cancelled is asked for again, with more words of the caller, and opens again.
 */
export function requestAfter({ callerTurnsBefore }: Takeover, request: BrainRequest): BrainRequest {
  if (callerTurnsBefore === 0) return request;
  const { summary: _ofOthers, ...rest } = request;
  const history = request.history.slice(positionAfter(request.history, callerTurnsBefore));
  if (history.some(({ who }) => who === 'agent')) return { ...rest, history };
  return { ...rest, opening: true, history: [] };
}

function positionAfter(history: readonly HistoryTurn[], callerTurns: number): number {
  let seen = 0;
  const last = history.findIndex((turn) => isCaller(turn) && ++seen === callerTurns);
  return last < 0 ? history.length : last + 1;
}

const isCaller = ({ who }: HistoryTurn): boolean => who === 'caller';

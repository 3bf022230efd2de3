import { BUDGETS } from '../budgets.ts';

/** How patient a call is with its recognisers, in milliseconds. */
export interface RecogniserBudgets {
  /** Speech without a word, all in all, until the next recogniser is asked. */
  readonly muteMs: number;
  /** From the end of speech to its final; more than an adapter gives its vendor. */
  readonly finalMs: number;
  /** Speech that a recogniser which has never said a word may call wordless without being doubted. */
  readonly doubtMs: number;
  /** A session that has not failed for so long is connected. */
  readonly connectedMs: number;
  /** How long a call goes on without any recogniser, and an utterance without its words. */
  readonly outageMs: number;
  readonly closeMs: number;
}

export const RECOGNISER_BUDGETS: RecogniserBudgets = {
  muteMs: BUDGETS.sttMuteMs,
  finalMs: BUDGETS.sttFinalMs + 1_500,
  doubtMs: 400,
  connectedMs: 2 * BUDGETS.sttConnectMs,
  outageMs: 8_000,
  closeMs: BUDGETS.closeMs,
};

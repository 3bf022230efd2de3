/** One call with its journal: all that the measures and the page are made from. */

import type { DefaultLines } from '../../src/call/agent-lines.ts';
import type { JournalEntry, JournalHead } from '../../src/call/journal.ts';
import type { CallPlan } from './plan.ts';
import type { Witness } from './witness.ts';

/** What was played and heard. */
export interface HeardCall {
  readonly plan: CallPlan;
  readonly witness: Witness;
  readonly lines: DefaultLines;
  readonly entries: readonly JournalEntry[];
  /** What the caller said and what the caller heard: µ-law of equal length, from the first frame of the stream. */
  readonly caller: Uint8Array;
  readonly agent: Uint8Array;
  readonly endedBy: 'caller' | 'server';
  /** What Twilio, or the caller, would have complained about. */
  readonly warnings: readonly string[];
}

export interface Observation extends HeardCall {
  readonly head: JournalHead;
}

/** What is asked about a pause, and what a rule can find out about it. */

export interface EndpointQuestion {
  /** Everything the caller has said in this turn: finals, then the partial. */
  readonly words: string;
  /** BCP 47. */
  readonly language: string;
  readonly expects:
    | 'yes-no'
    | 'choice'
    | 'digits'
    | 'phone'
    | 'date'
    | 'time'
    | 'name'
    | 'number'
    | 'email'
    | 'address'
    | 'open';
  /** How many digits complete the answer, when the asker knows. */
  readonly expectedDigits?: number;
  /** This caller's pauses after words that could have been the end, newest last: each time the caller went on. */
  readonly pausesMs: readonly number[];
  /** The same after words that could not: how long this caller thinks in the middle of a sentence. */
  readonly thoughtsMs?: readonly number[];
  /** How long the caller has spoken in this turn. */
  readonly speechMs: number;
  /** The wait after words that say nothing about their end (`EOU_MS`). */
  readonly middleMs: number;
  /** How sure a model is, 0 … 1, that what it heard is a whole turn. Undefined where none was asked, or none answered. */
  readonly completeness?: number;
}

export interface EndpointVerdict {
  /** From 200 to 3000. */
  readonly waitMs: number;
  readonly ending: Ending;
  /** Stable codes for the journal, the strongest first. */
  readonly reasons: readonly string[];
}

export type Ending = 'complete' | 'open' | 'unfinished';

/** What one rule says. `wait` is a row of the table in `waits.ts`. */
export interface Finding {
  readonly wait: WaitName;
  readonly reason: string;
}

export type WaitName = CompleteWait | OpenWait | UnfinishedWait;
export type CompleteWait = 'certain' | 'answered' | 'asked' | 'refused';
export type OpenWait = 'sentence' | 'plain' | 'fragment' | 'request' | 'digits-perhaps-all';
export type UnfinishedWait = 'detail' | 'dangling' | 'thinking' | 'announced' | 'nearly-dictated' | 'dictated' | 'held';

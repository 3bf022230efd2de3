/** How a piece of work ended, as data: whoever runs it decides on retries and on the dead letter. */

export type WorkResult =
  /** `note` is for the queue's record: a fixed word, nothing of the call. */
  { readonly status: 'done'; readonly note?: string } | WorkFailure;

export interface WorkFailure {
  /** `retry`: it may succeed later. `refused`: it never will. */
  readonly status: 'retry' | 'refused';
  /** What is wrong, without a number, a word or an address of the call. */
  readonly problem: string;
}

export const retry = (problem: string): WorkFailure => ({ status: 'retry', problem });
export const refused = (problem: string): WorkFailure => ({ status: 'refused', problem });

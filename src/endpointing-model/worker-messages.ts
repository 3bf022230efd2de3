/** What passes between the model and its thread. Questions are numbered by the model; the thread answers in order. */
import type { RuntimeName } from './runtime.ts';

export interface WorkerData {
  readonly file: string;
  readonly runtime: RuntimeName;
}

/** The audio of the turn so far; its buffer is transferred. */
export interface ToWorker {
  readonly question: number;
  readonly mulaw: Uint8Array<ArrayBuffer>;
}

export type FromWorker =
  /** `tookMs`: how long it thinks about eight seconds of silence, once warm. */
  { readonly type: 'ready'; readonly tookMs: number } | { readonly type: 'refused'; readonly problem: string } | Answer;

export type Answer =
  | { readonly type: 'answer'; readonly question: number; readonly completeness: number }
  | { readonly type: 'failed'; readonly question: number; readonly problem: string };

/** What passes between the recogniser and its worker thread. Sessions are numbered by the recogniser. */
import type { Expectation } from '../contracts.ts';

export type ToWorker =
  | { readonly type: 'open' | 'start' | 'end' | 'close'; readonly session: number }
  | { readonly type: 'expect'; readonly session: number; readonly expectation: Expectation }
  /** µ-law; the buffer is transferred. */
  | { readonly type: 'audio'; readonly session: number; readonly mulaw: Uint8Array<ArrayBuffer> };

export type FromWorker =
  | { readonly type: 'partial' | 'final'; readonly session: number; readonly text: string }
  /** The session is dead, the thread lives. */
  | { readonly type: 'failed'; readonly session: number; readonly problem: string }
  /** Something for the operator about a grammar, once for each text. */
  | { readonly type: 'note'; readonly text: string };

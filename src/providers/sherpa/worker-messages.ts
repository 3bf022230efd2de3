/** What passes between the recogniser and its worker thread. Sessions and utterances are numbered by the recogniser. */

export type ToWorker =
  | { readonly type: 'open' | 'close'; readonly session: number }
  /** The first `bytes` of it are µ-law; the buffer is transferred, and comes back as `spent`. */
  | {
      readonly type: 'audio';
      readonly session: number;
      readonly mulaw: Uint8Array<ArrayBuffer>;
      readonly bytes: number;
    }
  | { readonly type: 'end'; readonly session: number };

export type FromWorker =
  | { readonly type: 'partial' | 'final'; readonly session: number; readonly text: string }
  | { readonly type: 'spent'; readonly mulaw: Uint8Array<ArrayBuffer> }
  /** The session is dead, the thread lives. */
  | { readonly type: 'failed'; readonly session: number; readonly problem: string };

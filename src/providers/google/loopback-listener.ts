import { rmsOfFrame } from '../../audio/level.ts';

export type LoopbackNews =
  | { readonly type: 'begin' | 'end'; readonly atMs: number }
  /** The first `share` (0 … 1) of the words of the utterance in progress. */
  | { readonly type: 'words'; readonly share: number; readonly atMs: number }
  | { readonly type: 'final'; readonly atMs: number };

const FRAME_BYTES = 160;
const FRAME_MS = 20;
/** Above the hiss of a line, below any voice. */
const SOUND_RMS = 200;
/** Silence that ends an utterance. */
const PAUSE_MS = 600;
/** Sound between two partials. */
const PARTIAL_MS = 200;
/** Sound after which all words have been told. */
const WHOLE_MS = 1_000;

/** "Hears" µ-law by its energy: where sound begins and ends, and how far an utterance has come. */
export class LoopbackListener {
  readonly #frame = new Uint8Array(FRAME_BYTES);
  #filled = 0;
  #atMs = 0;
  #soundMs = 0;
  #silenceMs = 0;

  get heardMs(): number {
    return this.#atMs;
  }

  hear(mulaw: Uint8Array): readonly LoopbackNews[] {
    const news: LoopbackNews[] = [];
    for (let from = 0; from < mulaw.length; ) {
      const part = mulaw.subarray(from, from + FRAME_BYTES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled < FRAME_BYTES) break;
      this.#filled = 0;
      this.#hearFrame(news);
    }
    return news;
  }

  /** No more audio. */
  end(): readonly LoopbackNews[] {
    const news: LoopbackNews[] = [];
    if (this.#soundMs > 0) this.#finish(news);
    return news;
  }

  #hearFrame(news: LoopbackNews[]): void {
    this.#atMs += FRAME_MS;
    const atMs = this.#atMs;
    if (rmsOfFrame(this.#frame) > SOUND_RMS) {
      if (this.#soundMs === 0) news.push({ type: 'begin', atMs });
      this.#soundMs += FRAME_MS;
      this.#silenceMs = 0;
      const share = Math.min(1, this.#soundMs / WHOLE_MS);
      if (this.#soundMs % PARTIAL_MS === 0) news.push({ type: 'words', share, atMs });
    } else if (this.#soundMs > 0) {
      this.#silenceMs += FRAME_MS;
      if (this.#silenceMs >= PAUSE_MS) this.#finish(news);
    }
  }

  #finish(news: LoopbackNews[]): void {
    news.push({ type: 'end', atMs: this.#atMs }, { type: 'final', atMs: this.#atMs });
    this.#soundMs = 0;
    this.#silenceMs = 0;
  }
}

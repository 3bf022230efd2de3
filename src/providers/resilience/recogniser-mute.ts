/** Adds up the speech since the last word: how long a recogniser has had something to say and has not said it. */
export class MuteMeter {
  #speechMs = 0;
  #since: number | undefined;

  speechStarted(now: number): void {
    this.#since ??= now;
  }

  speechEnded(now: number): void {
    if (this.#since === undefined) return;
    this.#speechMs += now - this.#since;
    this.#since = undefined;
  }

  /** There was a word, or somebody new is listening. */
  clear(now: number): void {
    this.#speechMs = 0;
    if (this.#since !== undefined) this.#since = now;
  }

  /** When the speech without a word will have lasted `limitMs`, if it goes on; undefined in silence. */
  dueAt(limitMs: number): number | undefined {
    return this.#since === undefined ? undefined : this.#since + limitMs - this.#speechMs;
  }
}

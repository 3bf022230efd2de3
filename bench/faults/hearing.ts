/**
 * What a recogniser on loopback can have understood. It hears sound, not words, and would tell a whole line however
 * little of it came in: so words are taken from it for sound that it has not heard.
 */
import type { CallProgress } from './progress.ts';

/** The caller's voice takes so long for a character. */
const CHARACTER_MS = 60;
/** The loopbacks look up the words once for so much sound, and once or twice more for the final. */
const LOOKUP_MS = 200;
/** Sound is on its way for so long: packets of 100 ms, and a busy process. */
const LATENESS_MS = 250;

export class Hearing {
  /** For the loopback's `words`: whatever the index, the line of now. */
  readonly words: readonly string[];
  readonly #progress: CallProgress;
  #line = '';
  #lookups = 0;

  constructor(progress: CallProgress) {
    this.#progress = progress;
    this.words = new Proxy([''], {
      get: (target, key) => (typeof key === 'string' && /^\d+$/.test(key) ? this.#lookUp() : Reflect.get(target, key)),
    });
  }

  /** Nothing has been heard on this stream yet. */
  streamOpened(): void {
    this.#lookups = 0;
  }

  #lookUp(): string {
    const { line, sinceLineMs } = this.#progress;
    this.#lookups = line === this.#line ? this.#lookups + 1 : 1;
    this.#line = line;
    const soundMs = Math.min(sinceLineMs, line.length * CHARACTER_MS);
    const missedMs = soundMs - this.#lookups * LOOKUP_MS - LATENESS_MS;
    let at = 0;
    const heard = line.split(' ').filter((word) => {
      const from = at * CHARACTER_MS;
      at += word.length + 1;
      return from >= missedMs;
    });
    return heard.join(' ');
  }
}

import type { WordTimestamps } from './codec.ts';

interface TimedWord {
  readonly startMs: number;
  /** Characters of the text up to and with this word. */
  readonly upTo: number;
}

/** How far ahead of the last one a word may stand: what is between is punctuation, or was read out differently. */
const MAX_GAP = 40;

/** Counts the characters of a sentence that its audio has reached, by the words that the vendor timed. */
export class SpokenCharacters {
  readonly #text: string;
  #audioMs = 0;
  #found = 0;
  #spoken = 0;
  #words: TimedWord[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Words that are not in the text, a number that was read out for one, are passed over. */
  timed({ words, start }: WordTimestamps): void {
    for (const [i, word] of words.entries()) {
      const startS = start[i];
      const at = word === '' ? -1 : this.#text.indexOf(word, this.#found);
      if (startS === undefined || at < 0 || at - this.#found > MAX_GAP) continue;
      this.#found = at + word.length;
      this.#words.push({ startMs: startS * 1000, upTo: this.#found });
    }
  }

  /** More audio of the sentence. How much has been spoken by its end, if the vendor has told. */
  heard(audioMs: number): number | undefined {
    this.#audioMs += audioMs;
    const reached = this.#words.filter(({ startMs }) => startMs < this.#audioMs);
    this.#words = this.#words.slice(reached.length);
    this.#spoken = reached.at(-1)?.upTo ?? this.#spoken;
    return this.#spoken === 0 ? undefined : this.#spoken;
  }
}

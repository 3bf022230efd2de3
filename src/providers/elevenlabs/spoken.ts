import type { Alignment } from './socket-codec.ts';

interface Pending {
  /** In the audio of the whole sentence. */
  readonly startMs: number;
  /** Characters of the text up to and with this one. */
  readonly upTo: number;
}

/**
 * Counts the characters of a sentence that its audio has reached. `alignment` repeats the text, so its characters are
 * simply counted; `normalizedAlignment` may say "ten" for "10", and is followed only as far as it repeats the text.
 */
export class SpokenCharacters {
  readonly #text: string;
  #audioMs = 0;
  #cursor = 0;
  #isLost = false;
  #spoken = 0;
  #pending: Pending[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** More audio of the sentence, and what the vendor says of it. How much has been spoken by its end, if it tells. */
  heard(audioMs: number, alignment: Alignment | undefined, normalized: Alignment | undefined): number | undefined {
    if (alignment) this.#follow(alignment, false);
    else if (normalized) this.#follow(normalized, true);
    this.#audioMs += audioMs;
    const reached = this.#pending.filter(({ startMs }) => startMs < this.#audioMs);
    this.#pending = this.#pending.slice(reached.length);
    this.#spoken = reached.at(-1)?.upTo ?? this.#spoken;
    return this.#spoken === 0 ? undefined : this.#spoken;
  }

  #follow({ chars, charStartTimesMs }: Alignment, isNormalized: boolean): void {
    for (const [i, char] of chars.entries()) {
      const startMs = charStartTimesMs[i];
      if (this.#isLost || startMs === undefined) return;
      this.#step(char, isNormalized);
      this.#pending.push({ startMs: this.#audioMs + startMs, upTo: this.#cursor });
    }
  }

  /** White space may be doubled, or be the space that begins and ends what was sent. */
  #step(char: string, isNormalized: boolean): void {
    const next = this.#nextWord();
    if (char.trim() === '') {
      this.#cursor = next;
      return;
    }
    const end = Math.min(this.#text.length, next + char.length);
    const isSame = this.#text.slice(next, end).toLowerCase() === char.toLowerCase();
    if (isNormalized && !isSame) this.#isLost = true;
    else this.#cursor = end;
  }

  #nextWord(): number {
    let at = this.#cursor;
    while (at < this.#text.length && this.#text[at]!.trim() === '') at++;
    return at;
  }
}

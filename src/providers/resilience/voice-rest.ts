/** How far a voice came in a sentence, and what of it is left for another voice to say. */

/** What a telephone voice takes for a character, on average over languages, until a session has heard its own. */
export const USUAL_MS_PER_CHARACTER = 65;

export interface SpeechProgress {
  /** Characters spoken when the voice last told; 0 when it never did. */
  readonly toldCharacters: number;
  /** Audio since then. */
  readonly sinceMs: number;
  readonly msPerCharacter: number;
}

/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * The text from the first word that has not begun. A word in progress counts as said: the caller heard half of it, and
 * hearing it twice is worse than hearing half. Empty when nothing is left.
 */
export function restAfter(text: string, progress: SpeechProgress): string {
  const spoken = progress.toldCharacters + Math.floor(progress.sinceMs / progress.msPerCharacter);
  for (const start of wordStarts(text)) if (start >= spoken) return text.slice(start);
  return '';
}

function* wordStarts(text: string): Generator<number> {
  for (const { 0: token, index } of text.matchAll(/\S+/gu)) {
    if (!UNSPACED.test(token)) {
      yield index;
      continue;
    }
    for (const word of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(token)) {
      if (word.index === 0 || word.isWordLike) yield index + word.index;
    }
  }
}

/** What a voice's character takes, learned from the sentences that it spoke to their end. */
export class SpeakingSpeed {
  #audioMs = 0;
  #characters = 0;

  get msPerCharacter(): number {
    return this.#characters === 0 ? USUAL_MS_PER_CHARACTER : this.#audioMs / this.#characters;
  }

  learn(text: string, audioMs: number): void {
    this.#audioMs += audioMs;
    this.#characters += text.length;
  }
}

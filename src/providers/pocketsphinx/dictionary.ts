/** The recogniser's pronunciations: CMUdict as Debian ships it, one `word PHONE PHONE …` per line. */

/** How a word is said: its key in the recogniser (`word`, `word(2)`, …) and its phones. */
export interface Pronunciation {
  readonly key: string;
  readonly phones: string;
}

const MAX_VARIANTS = 6;

/** Keeps the file as one string and, per word, where its phones begin: a tenth of the memory of 134,000 entries. */
export class Dictionary {
  readonly #text: string;
  readonly #offsets = new Map<string, number>();
  readonly #found = new Map<string, readonly Pronunciation[]>();

  constructor(text: string) {
    this.#text = text;
    for (let at = 0; at < text.length; ) {
      const end = endOfLine(text, at);
      const gap = text.indexOf(' ', at);
      if (gap > at && gap < end) this.#offsets.set(text.slice(at, gap), gap + 1);
      at = end + 1;
    }
  }

  /** Every way to say the word; empty when it is unknown and cannot be put together from known ones. */
  lookUp(word: string): readonly Pronunciation[] {
    let found = this.#found.get(word);
    if (!found) {
      found = this.#listed(word);
      if (found.length === 0) found = this.#composed(word);
      this.#found.set(word, found);
    }
    return found;
  }

  #listed(word: string): Pronunciation[] {
    const all: Pronunciation[] = [];
    while (all.length < MAX_VARIANTS) {
      const key = all.length === 0 ? word : `${word}(${all.length + 1})`;
      const phones = this.#phones(key);
      if (phones === undefined) break;
      all.push({ key, phones });
    }
    return all;
  }

  #phones(key: string): string | undefined {
    const from = this.#offsets.get(key);
    return from === undefined ? undefined : this.#text.slice(from, endOfLine(this.#text, from)).trim();
  }

  /** A plural or possessive of a known word, or two known words written as one ("homepage"). */
  #composed(word: string): Pronunciation[] {
    const stem = /^(.{2,}?)(?:'s|s'|s)$/.exec(word)?.[1];
    const stemPhones = stem === undefined ? undefined : this.#phones(stem);
    if (stemPhones !== undefined) return [{ key: word, phones: `${stemPhones} ${pluralPhones(stemPhones)}` }];
    for (let cut = word.length - 3; cut >= 3; cut--) {
      const head = this.#phones(word.slice(0, cut));
      const tail = head === undefined ? undefined : this.#phones(word.slice(cut));
      if (tail !== undefined) return [{ key: word, phones: `${head} ${tail}` }];
    }
    return [];
  }
}

/** English: "es" after a hissing sound, "s" after a voiceless one, else "z". */
function pluralPhones(stemPhones: string): string {
  if (/(?:S|Z|SH|ZH|CH|JH)$/.test(stemPhones)) return 'IH Z';
  return /(?:P|T|K|F|TH)$/.test(stemPhones) ? 'S' : 'Z';
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** One word of an utterance. */
export interface Token {
  /** Lower case, without apostrophes, quotes, niqqud and dots of abbreviations: the form that patterns match. */
  readonly text: string;
  /** The word as it was written, without the punctuation around it. */
  readonly raw: string;
  /** A comma or another mark of a pause stood after it. */
  readonly pause: boolean;
}

/** Bidirectional controls, zero-width characters and the byte order mark: they come with copied and recognised Hebrew. */
const INVISIBLE = /\p{Cf}/gu;
/** Hebrew points and accents; maqaf, paseq and sof pasuq are punctuation and are treated as such. */
const POINTS = /(?:[\u0591-\u05bd]|\u05bf|[\u05c1-\u05c2]|[\u05c4-\u05c5]|\u05c7)/gu;
const HEBREW_MARKS = /[\u05be\u05c0\u05c3]/gu;
const QUOTES = /["'`´\u2018\u2019\u201c\u201d\u201e\u05f3\u05f4]/gu;

/** A caller does not speak longer than this in one turn; a runaway recogniser must not cost the process its time. */
const LONGEST_UTTERANCE = 1000;

/** Text without what nobody hears: invisible controls and Hebrew points. Spaces are single. */
export function cleanText(text: string): string {
  return text
    .slice(0, LONGEST_UTTERANCE)
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(POINTS, '')
    .replace(HEBREW_MARKS, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

export function tokenise(text: string): readonly Token[] {
  const spaced = cleanText(text)
    .replace(/(\d),(?=\d{3}(?!\d))/gu, '$1')
    .replace(/(\p{sc=Hebrew})[-\u2010-\u2015]?(?=\d)/gu, '$1 ')
    .replace(/[()[\]{}_]/gu, ' ')
    .replace(/(?<=[\p{L}\p{N}])[-\u2010-\u2015/](?=\p{L})/gu, ' ')
    .replace(/(?<=\p{N})[-\u2010-\u2015](?=\p{N})/gu, ' ');
  const tokens: Token[] = [];
  for (const chunk of spaced.split(' ')) {
    const raw = chunk.replace(/^[^\p{L}\p{N}+*]+|[^\p{L}\p{N}]+$/gu, '');
    const word = raw.toLowerCase().replace(QUOTES, '');
    const text = /^\p{N}/u.test(word) ? word : word.replaceAll('.', '');
    const pause = /[,.;:!?…\u2010-\u2015-]$/u.test(chunk);
    const last = tokens.at(-1);
    if (text !== '') tokens.push({ text, raw, pause });
    else if (pause && last) tokens[tokens.length - 1] = { ...last, pause };
  }
  return tokens;
}

/** The words of a phrase as patterns compare them. */
export function wordsOf(phrase: string): readonly string[] {
  return tokenise(phrase).map((token) => token.text);
}

/** The tokens as one string again, in their written form. */
export function rawText(tokens: readonly Token[]): string {
  return tokens.map((token) => token.raw).join(' ');
}

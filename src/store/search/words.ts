/**
 * What is searched for, as the database's `kav_words` cuts what was said: in small letters, without niqqud and quotation
 * marks, cut at everything else that is no part of a word. A test holds both to each other.
 */
const SEPARATORS = new Set('\t\n\r !#$%&()*+,-./:;<=>?@[\\]^_{|}~\u00a0¡«·»¿־׀׃׆‐‑‒–—―•…₪');
const DROPPED =
  /["'`´‘’“”„׳״\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/u;
const LONGEST_WORD = 40;

export interface TextWord {
  readonly word: string;
  /** Where it stands in the text, in UTF-16 units, with everything that was dropped. */
  readonly from: number;
  readonly to: number;
}

export function wordsOf(text: string): readonly TextWord[] {
  const words: TextWord[] = [];
  let word = '';
  let from = 0;
  let at = 0;
  const end = (): void => {
    if (word !== '') words.push({ word: [...word].slice(0, LONGEST_WORD).join(''), from, to: at });
    word = '';
  };
  for (const character of text) {
    if (SEPARATORS.has(character)) end();
    else if (!DROPPED.test(character)) {
      if (word === '') from = at;
      word += character.toLowerCase();
    }
    at += character.length;
  }
  end();
  return words;
}

/**
 * Letters that Hebrew writes together with the word behind them: and, the, in, to, from, that, as, and how they are
 * heaped up.
 */
const HEBREW_PREFIXES = [
  ...['ו', 'ה', 'ב', 'ל', 'מ', 'ש', 'כ'],
  ...['וה', 'וב', 'ול', 'ומ', 'וש', 'וכ', 'שה', 'שב', 'של', 'שמ', 'שכ', 'מה', 'מש', 'כש', 'לה', 'בה', 'כה'],
  ...['ושה', 'ושב', 'ושל', 'ושמ', 'ומה', 'וכש', 'כשה', 'לכש', 'שכש', 'מכש', 'וכשה', 'לכשה', 'שמה'],
] as const;
const HEBREW_WORD = /^[א-ת]{2,}/u;

/** The beginnings of words that a word of a search stands for. */
export function beginningsOf(word: string): readonly string[] {
  if (!HEBREW_WORD.test(word)) return [word];
  const bare = /^ה[א-ת]{3,}/u.test(word) ? [word.slice(1)] : []; // "the flat" is sought where "in the flat" was said
  return [word, ...bare].flatMap((stem) => [stem, ...HEBREW_PREFIXES.map((prefix) => prefix + stem)]);
}

import type { FlowLanguage } from './definition.ts';
import { type Token, wordsOf } from './text.ts';

/** A value found in an utterance, and the tokens `from` (inclusive) to `to` (exclusive) that say it. */
export interface Found {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** Letters that Hebrew writes onto the next word: and, in, to, the, as, from, that. */
const HEBREW_PREFIXES = 'ובלהכמש';

/** The forms in which a Hebrew word may stand in a pattern: as it is, and without one or two prefix letters. */
function bareForms(word: string, prefixes = HEBREW_PREFIXES): readonly string[] {
  const forms = [word];
  for (let cut = 1; cut <= 2 && word.length - cut >= 2; cut++) {
    if (!prefixes.includes(word[cut - 1]!)) break;
    forms.push(word.slice(cut));
  }
  return forms;
}

/** The first form of the word that `test` accepts. */
export function asBare<T>(word: string, test: (form: string) => T | undefined, prefixes?: string): T | undefined {
  for (const form of bareForms(word, prefixes)) {
    const result = test(form);
    if (result !== undefined) return result;
  }
  return undefined;
}

export interface PhraseOptions {
  readonly language: FlowLanguage;
  /** Hebrew prefix letters that may stand before the words; an empty string allows none. */
  readonly prefixes?: string;
}

/** The number of tokens that the phrase takes at `at`, or 0. */
export function phraseAt(tokens: readonly Token[], at: number, words: readonly string[], o: PhraseOptions): number {
  if (words.length === 0 || at + words.length > tokens.length) return 0;
  const matches = words.every((word, index) => sameWord(tokens[at + index]!.text, word, o));
  return matches ? words.length : 0;
}

function sameWord(said: string, word: string, { language, prefixes }: PhraseOptions): boolean {
  if (said === word) return true;
  return language === 'he' && word.length >= 2 && bareForms(said, prefixes).includes(word);
}

/** A phrase and what it means. */
export interface Phrase {
  readonly value: string;
  readonly words: readonly string[];
}

export function phrasesOf(value: string, phrases: readonly string[]): readonly Phrase[] {
  return phrases.map((phrase) => ({ value, words: wordsOf(phrase) }));
}

/** All phrases in the utterance, left to right; where several begin at one word, the longest. */
export function findPhrases(tokens: readonly Token[], phrases: readonly Phrase[], o: PhraseOptions): readonly Found[] {
  const found: Found[] = [];
  for (let at = 0; at < tokens.length; ) {
    let best: Found | undefined;
    for (const { value, words } of phrases) {
      const length = phraseAt(tokens, at, words, o);
      if (length > (best ? best.to - at : 0)) best = { value, from: at, to: at + length };
    }
    if (best) found.push(best);
    at = best ? best.to : at + 1;
  }
  return found;
}

/** Whether any of the phrases stands in the utterance. */
export function hasPhrase(tokens: readonly Token[], phrases: readonly string[], language: FlowLanguage): boolean {
  return phrases.some((phrase) => {
    const words = wordsOf(phrase);
    return tokens.some((_, at) => phraseAt(tokens, at, words, { language, prefixes: 'ו' }) > 0);
  });
}

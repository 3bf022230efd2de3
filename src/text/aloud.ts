import { readEnglish } from './english/read.ts';
import { readHebrew } from './hebrew/read.ts';

/** Marks that order or hide text on a screen; a voice may stumble over them. */
const INVISIBLE = /[\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
/** Addresses and units are written in Latin letters in any language. */
const NO_WORD =
  /(?<![^\s@./:])[^\s@./]{1,64}(?::?\/\/[a-z0-9]|[@./][a-z0-9])\S{0,200}|\d ?(?:[KMGT]B|k?m|[cm]m|k?g|NIS|ILS|USD|EUR)\b/gi;
const STRAY = /[*_~`|<>^\\{}[\]]+/g;

/**
 * The same sentence as a person would say it: figures, signs and abbreviations in words. Takes text that `cleanText`
 * has been over. Hebrew and English are read by rules; of other languages only signs without a sound are dropped,
 * since their voices read figures themselves.
 *
 * `language` is a BCP 47 tag. A sentence in the letters of the other of the two languages is read in that one, so that
 * a Hebrew agent reads an English sentence in English; where both occur, the agent's own language reads the figures.
 */
export function speakAloud(text: string, language: string): string {
  const plain = text.replace(INVISIBLE, '').normalize('NFC');
  const [primary = ''] = language.toLowerCase().split(/[-_]/);
  if (primary === 'he' || primary === 'iw') {
    const foreign = !/\p{Script=Hebrew}/u.test(plain) && /[a-z]{2}/i.test(plain.replace(NO_WORD, ''));
    return foreign ? readEnglish(plain, 'en-GB') : readHebrew(plain);
  }
  if (primary === 'en') {
    const foreign = !/[a-z]/i.test(plain) && /\p{Script=Hebrew}/u.test(plain);
    return foreign ? readHebrew(plain) : readEnglish(plain, language);
  }
  return plain.replace(STRAY, ' ').replace(/\s+/g, ' ').trim();
}

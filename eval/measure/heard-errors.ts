/** How far Kav's record of what the agent said is from what the caller heard of it. */
import { type Spurt, wordsOfText } from './spurts.ts';
import type { Timeline } from './timeline.ts';

export interface HeardError {
  readonly words: number;
  readonly atMs: number;
}

type Word = Spurt['words'][number];

/** The caller has a word when half of it was heard. */
const UNDERSTOOD = 0.5;
/** A turn's beginning by the journal may be so much later than its first word on the line. */
const CLOCKS_MS = 150;

/** Compares each agent turn of the record with the words that were heard from its beginning to the next one's. */
export function heardErrorsOf({ spurts, told }: Timeline): readonly HeardError[] {
  const heard = joinParts(spurts.flatMap(({ words }) => words)).filter(({ share }) => share >= UNDERSTOOD);
  const starts = told.map(({ fromMs }) => fromMs - CLOCKS_MS);
  const errors = told.map(({ fromMs, text }, i): HeardError => {
    const to = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    const really = heard.filter((word) => word.fromMs >= starts[i]! && word.fromMs < to);
    const words = wordDistance(wordsOfText(text), wordsOfText(really.map((word) => word.text).join(' ')));
    return { words, atMs: fromMs };
  });
  const untold = heard.filter(({ fromMs }) => fromMs < (starts[0] ?? Number.POSITIVE_INFINITY));
  return untold.length === 0 ? errors : [{ words: untold.length, atMs: untold[0]!.fromMs }, ...errors];
}

/** The two parts of a word that was cut and taken up are one word. */
function joinParts(words: readonly Word[]): readonly Word[] {
  const joined: Word[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const isRest = last?.utterance === word.utterance && last.index === word.index && last.share + word.share < 1.1;
    if (last && isRest) joined.splice(-1, 1, { ...last, share: last.share + word.share });
    else joined.push(word);
  }
  return joined;
}

/** Words to insert, to leave out or to change (Levenshtein). */
export function wordDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

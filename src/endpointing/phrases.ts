/** Sets of phrases of one or more words, and how they meet the words of an utterance. */

export interface Phrases {
  readonly all: ReadonlySet<string>;
  /** Words in the longest of them. */
  readonly longest: number;
}

/** From lists in which commas separate the phrases. */
export function phrases(...lists: readonly string[]): Phrases {
  const all = new Set(lists.flatMap((list) => list.split(',').map((phrase) => phrase.trim().replace(/\s+/g, ' '))));
  all.delete('');
  return { all, longest: Math.max(0, ...[...all].map((phrase) => phrase.split(' ').length)) };
}

/** How many words at the end, before `end`, are one of the phrases: the longest that is, or 0. */
export function tailLength(words: readonly string[], { all, longest }: Phrases, end = words.length): number {
  for (let count = Math.min(longest, end); count > 0; count--) {
    if (all.has(words.slice(end - count, end).join(' '))) return count;
  }
  return 0;
}

/** How many words from `from` on are one of the phrases: the longest that is, or 0. */
export function headLength(words: readonly string[], { all, longest }: Phrases, from = 0): number {
  for (let count = Math.min(longest, words.length - from); count > 0; count--) {
    if (all.has(words.slice(from, from + count).join(' '))) return count;
  }
  return 0;
}

/** Where the first word stands that no row of these phrases from the start covers. */
export function pastHeads(words: readonly string[], set: Phrases, from = 0): number {
  let at = from;
  for (let count = headLength(words, set, at); count > 0; count = headLength(words, set, at)) at += count;
  return at;
}

/** Where the row of these phrases at the end begins. */
export function beforeTails(words: readonly string[], set: Phrases, end = words.length): number {
  let at = end;
  for (let count = tailLength(words, set, at); count > 0; count = tailLength(words, set, at)) at -= count;
  return at;
}

/** Whether one of the phrases stands anywhere. */
export function contains(words: readonly string[], set: Phrases): boolean {
  return words.some((_, at) => headLength(words, set, at) > 0);
}

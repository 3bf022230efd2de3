import type { CallTurn } from '../../../../src/api/contract/calls.ts';

export interface TimedWord {
  readonly text: string;
  readonly atMs: number;
}

/** When each word of a turn was about said: the turn's time, shared out by letters. */
export function wordsInTime({ fromMs, text, toMs }: Pick<CallTurn, 'fromMs' | 'text' | 'toMs'>): readonly TimedWord[] {
  const words = text.split(/\s+/).filter(Boolean);
  const letters = words.reduce((sum, word) => sum + word.length + 1, 0);
  let before = 0;
  return words.map((word) => {
    const atMs = Math.round(fromMs + ((toMs - fromMs) * before) / Math.max(1, letters));
    before += word.length + 1;
    return { text: word, atMs };
  });
}

/** The last one that has begun; -1 before the first. */
export function indexAt(starts: readonly number[], ms: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

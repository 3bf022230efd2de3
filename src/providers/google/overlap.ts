/** Words compared at a seam: ten seconds of fast speech. */
const LONGEST_OVERLAP = 40;

/**
 * The words of two recognitions of which the second began a little before the first ended, each word once. The longest
 * run that ends the one and begins the other is the overlap. A word cut in half by the seam is heard as another one: a
 * last word of `before` or a first word of `after` that does not fit is left out when at least two others do.
 */
export function joinOverlap(before: readonly string[], after: readonly string[]): readonly string[] {
  const seam = findSeam(before.slice(-LONGEST_OVERLAP - 1).map(bare), after.slice(0, LONGEST_OVERLAP + 1).map(bare));
  return [...before.slice(0, before.length - seam.droppedBefore), ...after.slice(seam.skippedAfter)];
}

export function splitWords(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

interface Seam {
  readonly droppedBefore: number;
  /** Words of `after` that `before` has already. */
  readonly skippedAfter: number;
}

function findSeam(before: readonly string[], after: readonly string[]): Seam {
  let best: Seam = { droppedBefore: 0, skippedAfter: 0 };
  let longest = 0;
  for (const [dropped, skipped, fewest] of CUTS) {
    const run = longestRun(before.slice(0, before.length - dropped), after.slice(skipped));
    if (run < fewest || run <= longest) continue;
    longest = run;
    best = { droppedBefore: dropped, skippedAfter: skipped + run };
  }
  return best;
}

/** Words left out of the first, of the second, and how many must fit for that. */
const CUTS: readonly (readonly [dropped: number, skipped: number, fewest: number])[] = [
  [0, 0, 1],
  [0, 1, 2],
  [1, 0, 2],
  [1, 1, 2],
];

/** The most words that both end `before` and begin `after`. */
function longestRun(before: readonly string[], after: readonly string[]): number {
  for (let run = Math.min(before.length, after.length); run > 0; run--) {
    const from = before.length - run;
    if (after.slice(0, run).every((word, i) => word === before[from + i])) return run;
  }
  return 0;
}

/** Two recognitions agree on words more than on punctuation and capitals. */
function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') || word;
}

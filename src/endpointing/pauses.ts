/** The caller's own pauses, remembered for the length of a call. */

/** Enough for a caller's habit, few enough to follow a change of it. */
const REMEMBERED = 16;
/** A shorter silence is a consonant, a longer one a caller who was away. */
const SHORTEST_MS = 120;
const LONGEST_MS = 3_000;
/** The pause that four of five of the caller's pauses do not exceed. */
const SHARE = 0.8;

/** The pauses with one more, newest last, at most sixteen. What cannot have been a pause for thought is not added. */
export function learnPause(pausesMs: readonly number[], pauseMs: number): readonly number[] {
  if (!(pauseMs >= SHORTEST_MS && pauseMs <= LONGEST_MS)) return pausesMs.slice(-REMEMBERED);
  return [...pausesMs, pauseMs].slice(-REMEMBERED);
}

/** The 80th percentile of the caller's pauses, nearest rank; 0 when there are none. */
export function learnedPauseMs(pausesMs: readonly number[]): number {
  const sorted = pausesMs
    .slice(-REMEMBERED)
    .map((ms) => (Number.isNaN(ms) ? 0 : Math.min(LONGEST_MS, Math.max(0, ms))))
    .sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * SHARE) - 1] ?? 0;
}

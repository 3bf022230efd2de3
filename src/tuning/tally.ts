/** What the decisions of many calls come to: the figures that a row of the table is made from. */
import type { Overlap, OverlapOutcome } from './overlaps.ts';
import type { Pause, PauseOutcome } from './pauses.ts';
import type { Silence } from './silences.ts';

export interface Tally {
  /** Turns of the caller, with words. */
  turns: number;
  /** From the end of a turn to the first sound of what answers it. */
  readonly gapsMs: number[];
  /** Turns inside which the agent comes in. */
  premature: number;
  /** From the first sound of an interruption to the agent's silence. */
  readonly reactionsMs: number[];
  /** Times that the agent fell silent and went on, and for how long. */
  falseStops: number;
  stoppedMs: number;
  /** Interruptions that did not get the floor. */
  talkedOver: number;
  /** "Are you there?", and its goodbye. */
  prompts: number;
  /** "I did not hear you" and the like, after a noise. */
  noiseReplies: number;
  /** Transcripts passed over as repeats. */
  repeats: number;
  /** Decisions of which the journal does not tell how they would have gone. */
  unresolved: number;
}

export const emptyTally = (): Tally => ({
  turns: 0,
  gapsMs: [],
  premature: 0,
  reactionsMs: [],
  falseStops: 0,
  stoppedMs: 0,
  talkedOver: 0,
  prompts: 0,
  noiseReplies: 0,
  repeats: 0,
  unresolved: 0,
});

/** The pauses of one call in their order, each with an outcome: a turn ends where the caller does not go on. */
export function countPauses(tally: Tally, pauses: readonly Pause[], outcomes: readonly PauseOutcome[]): void {
  let isPremature = false;
  let hasWords = false;
  pauses.forEach((pause, i) => {
    const outcome = outcomes[i]!;
    hasWords ||= pause.hasWords;
    if (!hasWords) {
      if (outcome.how === 'sounds') tally.noiseReplies++;
      return;
    }
    if (pause.goesOn) {
      isPremature ||= outcome.how === 'sounds';
      return;
    }
    tally.turns++;
    if (isPremature) tally.premature++;
    if (outcome.how === 'sounds') tally.gapsMs.push(outcome.at - pause.from);
    else tally.unresolved++;
    isPremature = false;
    hasWords = false;
  });
}

export function countOverlaps(tally: Tally, overlaps: readonly Overlap[], outcomes: readonly OverlapOutcome[]): void {
  overlaps.forEach(({ isMeant, speech }, i) => {
    const { falseStops, silentAt, stoppedMs } = outcomes[i]!;
    tally.falseStops += falseStops + (!isMeant && silentAt !== undefined ? 1 : 0);
    tally.stoppedMs += stoppedMs;
    if (!isMeant) return;
    if (silentAt === undefined) tally.talkedOver++;
    else tally.reactionsMs.push(silentAt - speech.since);
  });
}

export function countSilences(
  tally: Tally,
  silences: readonly Silence[],
  prompts: readonly (number | undefined)[],
): void {
  silences.forEach(({ promptAt: was }, i) => {
    const promptAt = prompts[i];
    if (promptAt !== undefined) tally.prompts++;
    // The caller who was asked might have spoken by themselves in the time that is longer now.
    if (was !== undefined && (promptAt === undefined || promptAt > was)) tally.unresolved++;
  });
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

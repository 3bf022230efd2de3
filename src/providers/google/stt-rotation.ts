/** When a stream is given up for a new one, in milliseconds. */
export interface RotationLimits {
  /** From this age on, in the first pause. */
  readonly inPauseMs: number;
  /** At this age at the latest. */
  readonly atLatestMs: number;
  /** Words that have not changed for so long are a pause. */
  readonly pauseMs: number;
  /** Audio that the new stream hears again. */
  readonly overlapMs: number;
}

/** Google ends a stream at 305 s: https://cloud.google.com/speech-to-text/quotas. */
export const ROTATION: RotationLimits = { inPauseMs: 240_000, atLatestMs: 290_000, pauseMs: 300, overlapMs: 2_000 };

export interface StreamAge {
  readonly ageMs: number;
  /** How long its words have been the same. */
  readonly unchangedMs: number;
  /** Google itself has seen the voice end. */
  readonly isQuiet: boolean;
}

export function isRotationDue(limits: RotationLimits, { ageMs, unchangedMs, isQuiet }: StreamAge): boolean {
  if (ageMs >= limits.atLatestMs) return true;
  return ageMs >= limits.inPauseMs && (isQuiet || unchangedMs >= limits.pauseMs);
}

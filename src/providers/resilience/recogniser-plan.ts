/** Which recogniser of a chain hears the call next, and how soon. */

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 2_000;

export interface ProviderChoice {
  /** Length of the chain. */
  readonly count: number;
  /** The one that heard the call last, as an index of the chain. */
  readonly last: number | undefined;
  /** Its session worked and was dropped: the same one is asked first. */
  readonly again: boolean;
  readonly admits: (index: number) => boolean;
}

/** The first that is admitted, going round the chain from the last one or from its successor; undefined for none. */
export function chooseProvider({ count, last, again, admits }: ProviderChoice): number | undefined {
  const first = last === undefined ? 0 : again ? last : last + 1;
  for (let step = 0; step < count; step++) {
    const index = (first + step) % count;
    if (admits(index)) return index;
  }
  return undefined;
}

/**
 * The wait before the next opening, after so many failures in a row: none while there is somebody in the chain who has
 * not been tried, then ever longer.
 */
export function reopenDelayMs(failures: number, count: number): number {
  if (failures <= count) return 0;
  return Math.min(FIRST_BACKOFF_MS * 2 ** (failures - count - 1), LONGEST_BACKOFF_MS);
}

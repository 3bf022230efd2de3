const FIRST_MS = 100;
const LONGEST_MS = 1500;

/**
 * How long to wait before the next try, after so many failures in a row. A try may hang for 2 s in a line that swallows
 * everything, and whoever waits for the store looks every second: its return is noticed within 5 s all in all.
 */
export function backOffMs(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return longest * (0.5 + Math.random() / 2);
}

const FIRST_MS = 100;
const LONGEST_MS = 5000;

/** How long to wait before the next try, after so many failures in a row. Never longer than 5 s: a return is noticed. */
export function backOffMs(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return longest * (0.5 + Math.random() / 2);
}

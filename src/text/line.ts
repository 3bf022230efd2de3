/** Words that are said to their end, whoever speaks meanwhile: a consent, a legal notice. */
export interface Uninterruptible<Words = string> {
  readonly uninterruptible: Words;
}

/** What an author has the agent say. */
export type Line = string | Uninterruptible;

/**
 * Marks words of an agent that the caller cannot interrupt. What is said over them is heard, and answered after them.
 * For a greeting or a part of it, a fixed line, and whatever a flow says.
 */
export function uninterruptible(words: string): Uninterruptible;
export function uninterruptible(words: SaidWords): Uninterruptible<SaidWords>;
export function uninterruptible(words: string | SaidWords): Uninterruptible<string | SaidWords> {
  return { uninterruptible: words };
}

/** Words of a flow that depend on what has been gathered. */
type SaidWords = (said: Readonly<Record<string, string>>) => string;

export const textOf = (line: Line): string => (typeof line === 'string' ? line : line.uninterruptible);

export const isUninterruptible = (line: unknown): line is Uninterruptible<unknown> =>
  typeof line === 'object' && line !== null && 'uninterruptible' in line;

/** The lines as one text; uninterruptible only where all of it is. */
export function joinLines(lines: readonly Line[]): Line {
  const text = lines.map(textOf).join(' ').trim();
  return lines.length > 0 && lines.every(isUninterruptible) ? uninterruptible(text) : text;
}

/** The lines that say something, neighbours of one kind as one. */
export function mergeLines(lines: readonly Line[]): readonly Line[] {
  const merged: Line[] = [];
  for (const line of lines) {
    if (textOf(line) === '') continue;
    const last = merged.at(-1);
    if (last === undefined || isUninterruptible(last) !== isUninterruptible(line)) merged.push(line);
    else merged[merged.length - 1] = joinLines([last, line]);
  }
  return merged;
}

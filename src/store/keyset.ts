/** Where a page ended, as text that says nothing to whoever holds it: the columns that the list is ordered by. */

/** A time with all its digits, which a `Date` would cut to milliseconds, and the key of the row. */
export interface Place {
  /** As PostgreSQL writes it. */
  readonly at: string;
  readonly key: string;
}

const TIME = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?$/;

export function placeText({ at, key }: Place): string {
  return Buffer.from(JSON.stringify([at, key])).toString('base64url');
}

/** Undefined for what is no such text. */
export function parsePlace(text: string): Place | undefined {
  try {
    const [at, key] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as readonly unknown[];
    if (typeof at !== 'string' || typeof key !== 'string' || !TIME.test(at) || key.includes('\0')) return undefined;
    return Number.isNaN(Date.parse(at)) ? undefined : { at, key };
  } catch {
    return undefined; // not ours
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Of the rows that were asked for with one too many. */
export function pageOf<T extends Place, U>(rows: readonly T[], limit: number, item: (row: T) => U): Page<U> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), next: rows.length > limit && last ? placeText(last) : null };
}

/** What a shape cannot check: instants and the places where pages end. */
import { type Place, parsePlace } from '../store/keyset.ts';
import { ApiRefusal } from './handler.ts';

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/;

export function refuseFields(fields: Readonly<Record<string, string>>): ApiRefusal {
  return new ApiRefusal(400, 'invalid', 'Some of the request is wrong.', fields);
}

/** A date, or a time with its zone. */
export function instantOf(field: string, text: string): Date {
  const at = new Date(text);
  if (!ISO.test(text) || Number.isNaN(at.getTime())) throw refuseFields({ [field]: 'must be an ISO 8601 time' });
  return at;
}

export function placeOf(before: string | undefined): Place | undefined {
  if (before === undefined) return undefined;
  const place = parsePlace(before);
  if (!place) throw refuseFields({ before: 'must be the `next` of a page' });
  return place;
}

export const noSuch = (what: string): ApiRefusal => new ApiRefusal(404, 'not-found', `There is no such ${what}.`);

export const iso = (at: Date): string => at.toISOString();
export const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

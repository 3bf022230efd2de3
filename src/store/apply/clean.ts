import type { Fact } from '../../core/fact.ts';

/** PostgreSQL's text holds no NUL, and its JSON no half of a surrogate pair: a recogniser may give either. */
const NUL = /\0/g;
/** Milliseconds of 30 years: beyond it is no time of a call. */
const MOST_MS = 1e12;

/** The fact as the database can hold it. What is lost was not text, or not a time. */
export function cleanFact(fact: Fact): Fact {
  const isTime = !Number.isNaN(Date.parse(fact.at));
  return { ...(clean(fact) as Fact), ...(isTime ? {} : { at: new Date().toISOString() }) };
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll(NUL, '\ufffd');
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)]));
}

/** A whole number that the column can hold. */
export function whole(value: number): number {
  return Number.isFinite(value) ? Math.round(Math.min(Math.max(value, -MOST_MS), MOST_MS)) : 0;
}

export function timeOf(at: string): Date {
  return new Date(at);
}

import type { ReadRoute } from '../api/client.ts';

const CALLS: readonly ReadRoute[] = ['list-calls', 'read-call', 'read-home'];
const PEOPLE: readonly ReadRoute[] = [
  'list-leads',
  'list-callbacks',
  'list-appointments',
  'list-contacts',
  'read-contact',
  'read-home',
];

/** The erasure of a person is no fact, so no news tells of it. */
export const TOUCHED_BY_ERASURE: readonly ReadRoute[] = [...new Set([...CALLS, ...PEOPLE]), 'list-erasures'];

/** What must be read anew after facts of these kinds; a kind that is not known here may touch all of it. */
const TOUCHED: Readonly<Record<string, readonly ReadRoute[]>> = {
  'call-opened': [...CALLS, 'list-contacts', 'read-contact'],
  'stream-started': ['read-call'],
  turn: ['read-call'],
  heard: [],
  'tool-effect': ['read-call', ...PEOPLE],
  'operator-act': ['read-call'],
  consent: ['read-call'],
  outcome: ['read-call', ...PEOPLE],
  'recording-segment': [],
  'stream-ended': ['read-call', 'read-story'],
  'call-ended': [...CALLS, 'read-story', 'read-peaks', ...PEOPLE],
  'carrier-recording': ['read-call', 'read-peaks'],
};

export function routesTouchedBy(topics: readonly string[]): ReadonlySet<string> | undefined {
  const touched = new Set<string>();
  for (const topic of topics) {
    const routes = TOUCHED[topic];
    if (!routes) return undefined;
    for (const route of routes) touched.add(route);
  }
  return touched;
}

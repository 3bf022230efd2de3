/** The places at which a crash is most dangerous, by name. `preload.ts` knows where in the code they are. */

/** In a database that has no schema yet. */
export const MIGRATION_POINTS = [
  'migration-before-script',
  'migration-after-script',
  'migration-before-commit',
] as const;

/** In an embedded database that has no copy yet. */
export const SNAPSHOT_POINTS = ['snapshot-before-rename', 'snapshot-after-rename'] as const;

export const LEDGER_POINTS = [
  'ledger-segment-created',
  'ledger-before-write',
  'ledger-mid-write',
  'ledger-before-sync',
  'ledger-after-sync',
  'cursor-before-draft',
  'cursor-before-rename',
  'cursor-after-rename',
  'effect-before-record',
  'effect-after-record',
] as const;

/** With the embedded database facts stay for minutes, until its copies have them. */
export const REMOVAL_POINTS = ['ledger-before-removal', 'ledger-after-removal'] as const;

export const STORE_POINTS = [
  'store-before-transaction',
  'store-mid-transaction',
  'store-before-commit',
  'store-after-commit',
] as const;

export type Point =
  | (typeof MIGRATION_POINTS)[number]
  | (typeof SNAPSHOT_POINTS)[number]
  | (typeof LEDGER_POINTS)[number]
  | (typeof REMOVAL_POINTS)[number]
  | (typeof STORE_POINTS)[number];

/** Passed once in a while and not with each fact: so the first or the second time, that the traffic may reach it. */
const RARE: ReadonlySet<Point> = new Set([
  'ledger-segment-created',
  'ledger-before-removal',
  'ledger-after-removal',
  'cursor-before-draft',
  'cursor-before-rename',
  'cursor-after-rename',
]);

export const mostPasses = (point: Point): number => (RARE.has(point) ? 2 : 6);

/** What a server prints before it kills itself at a point. */
export const POINT_WORD = 'KILLED-AT';

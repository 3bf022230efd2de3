import type { Fault } from './fault.ts';

const CALLS = ['one', 'two', 'three', 'four', 'five'] as const;

/** Nothing is wrong with them, and nothing may be found. */
export const GOOD_CALLS: readonly Fault[] = CALLS.map((name) => ({
  name: `good call ${name}`,
  kind: 'none',
  breaks: {},
}));

import type { Fact } from '../../core/fact.ts';

/** A fact that is new, and the key under which it is kept. */
export interface Recorded<F extends Fact = Fact> {
  readonly fact: F;
  readonly key: string;
}

export type FactOf<T extends Fact['type']> = Fact & { readonly type: T };

export function pick<T extends Fact['type']>(
  recorded: readonly Recorded[],
  ...types: readonly T[]
): readonly Recorded<FactOf<T>>[] {
  const isWanted = (one: Recorded): one is Recorded<FactOf<T>> => (types as readonly string[]).includes(one.fact.type);
  return recorded.filter(isWanted);
}

/** One row for each key: a statement may write a row only once. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.keys()].sort().map((key) => groups.get(key)!);
}

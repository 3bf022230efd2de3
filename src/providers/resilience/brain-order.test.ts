import { describe, expect, test } from 'vitest';
import { ProviderError } from '../../core/errors.ts';
import { BrainOrder } from './brain-order.ts';

const order = (length: number, flows: readonly number[] = [], refused: readonly number[] = [], start = 0) =>
  new BrainOrder({
    length,
    start,
    admits: (index) => !refused.includes(index),
    startsAnew: (index) => flows.includes(index),
  });

const failure = (index: number, hasSpoken: boolean, retryable = true) => ({
  index,
  hasSpoken,
  error: new ProviderError({ provider: 'acme', operation: 'brain', code: 'provider-failed', retryable }, 'as told'),
});

/** Who is asked when everybody fails alike. */
function asked(of: BrainOrder, hasSpoken: boolean, retryable = true): number[] {
  const seen: number[] = [];
  for (let index = of.next(); index !== undefined; index = of.next()) {
    seen.push(index);
    of.failed(failure(index, hasSpoken, retryable));
  }
  return seen;
}

describe('the order of brains', () => {
  test.each([
    ['before a word: down the chain', order(3), false, true, [0, 1, 2]],
    ['past those that are not admitted', order(3, [], [1]), false, true, [0, 2]],
    ['the first, when none is admitted, to say why not', order(2, [], [0, 1]), false, true, [0]],
    ['after some words: the last model once more', order(2), true, true, [0, 1, 1]],
    ['and before the flow takes over', order(2, [1]), true, true, [0, 0, 1]],
    ['but not when nothing would change', order(2, [1]), true, false, [0, 1]],
    ['from where the call has come to', order(3, [1], [], 1), false, true, [1, 2]],
    ['a flow is not asked twice', order(1, [0]), true, true, [0]],
  ] as const)('%s', (_what, of, hasSpoken, retryable, indexes) => {
    expect(asked(of, hasSpoken, retryable)).toEqual(indexes);
  });
});

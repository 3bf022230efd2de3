import { StateError } from '../../core/errors.ts';
import { BUDGETS } from '../budgets.ts';
import type { Brain } from '../contracts.ts';
import { type BrainChainOptions, ResilientBrainSession } from './brain-session.ts';
import { closeTogether } from './chain-sessions.ts';
import { FirstTokenTimes } from './first-token.ts';

/**
 * Brains that stand in for each other, as one. A reply is begun by the first whose breaker admits; when it fails or
 * stalls, what was not yet a whole sentence is retracted, and the next one goes on from there. A brain that starts anew
 * (a flow) takes the call over for good once it has to serve.
 */
export function createResilientBrain(chain: readonly Brain[], options: BrainChainOptions): Brain {
  const first = chain[0];
  if (!first) throw new StateError('a chain of brains is empty');
  const times = new FirstTokenTimes();
  const closeMs = options.budgets?.closeMs ?? BUDGETS.closeMs;
  return {
    name: first.name,
    ...(first.caveat === undefined ? {} : { caveat: first.caveat }),
    open: (call) => new ResilientBrainSession({ ...options, chain, call, times }),
    close: () => closeTogether(options.clock, closeMs, new Set(chain)),
  };
}

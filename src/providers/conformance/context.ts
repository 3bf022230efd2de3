import type { Clock } from '../../core/clock.ts';
import type { ProviderContext } from '../contracts.ts';

/** A context for tests; warnings go nowhere unless the test keeps them. */
export function testContext(
  clock: Clock,
  env: ProviderContext['env'] = {},
  warn: ProviderContext['warn'] = () => {},
): ProviderContext {
  return { clock, env, warn };
}

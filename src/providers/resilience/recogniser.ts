import type { Clock } from '../../core/clock.ts';
import { StateError } from '../../core/errors.ts';
import type { SpeechToText } from '../contracts.ts';
import type { ProviderHealth } from './health.ts';
import type { OnProviderNews } from './news.ts';
import { RECOGNISER_BUDGETS, type RecogniserBudgets } from './recogniser-budgets.ts';
import { ResilientSession } from './recogniser-session.ts';

export interface ResilientRecogniserOptions {
  readonly clock: Clock;
  readonly health: ProviderHealth;
  readonly onNews: OnProviderNews;
  readonly budgets?: Partial<RecogniserBudgets>;
}

/**
 * A chain of recognisers that hears like one which does not fail: when a session is dropped or falls silent, another of
 * the same or the next provider hears the last 10 s again and goes on, so that no word is lost or said twice. Its
 * sessions end in an `error` only when no provider could be had for `outageMs`. It owns the chain: `close` closes all.
 */
export function createResilientRecogniser(
  chain: readonly SpeechToText[],
  { clock, health, onNews, budgets }: ResilientRecogniserOptions,
): SpeechToText {
  const [preferred] = chain;
  if (!preferred) throw new StateError('a chain of recognisers is empty');
  const sessions = new Set<ResilientSession>();
  const allBudgets = { ...RECOGNISER_BUDGETS, ...budgets };
  return {
    name: preferred.name,
    ...(preferred.caveat === undefined ? {} : { caveat: preferred.caveat }),
    open(call) {
      const session: ResilientSession = new ResilientSession({
        chain,
        clock,
        health,
        onNews,
        budgets: allBudgets,
        call,
        onClosed: () => sessions.delete(session),
      });
      sessions.add(session);
      return session;
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.close()));
      await Promise.all(chain.map((provider) => provider.close()));
    },
  };
}

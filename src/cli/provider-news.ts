import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { OnProviderNews } from '../providers/resilience/news.ts';

/** Tells the operator, in one plain line each, what happens to providers; the counts go to the metrics. */
export function createNewsDesk(log: Log, metrics: Metrics): OnProviderNews {
  return (news) => {
    switch (news.type) {
      case 'breaker':
        metrics.breaker(news, news.state);
        return log[news.state === 'open' ? 'error' : 'info']('PROVIDER_BREAKER', fieldsOf(news));
      case 'failed':
        metrics.providerFailed(news, news.code);
        return log.warn('PROVIDER_FAILED', fieldsOf(news));
      case 'switched':
        metrics.providerSwitched(news.operation, news.to);
        return log.warn('PROVIDER_SWITCH', fieldsOf(news));
      case 'reconnected':
        metrics.recogniserReconnected(news.provider);
        return log.warn('PROVIDER_RECONNECT', { provider: news.provider, replayed_ms: Math.round(news.replayedMs) });
      case 'hedged':
        return metrics.hedged(news.provider, news.won);
    }
  };
}

function fieldsOf({ type: _, ...fields }: { readonly type: string }): Readonly<Record<string, unknown>> {
  return fields;
}

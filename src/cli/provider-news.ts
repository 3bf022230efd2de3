/** What happens to providers: a plain line each for the operator, counts for the metrics, a note for the call's journal. */
import type { CallNote } from '../core/call-note.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfCall } from '../observe/exemplar.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { EndedRequest, ProviderMeter, ProviderUse } from '../providers/metered.ts';
import type { OnProviderNews, ProviderNews } from '../providers/resilience/news.ts';

/** The calls that are to know. */
export interface ToldCalls {
  /** Without a CallSid, all that go on. */
  note(callSid: string | undefined, note: CallNote): void;
  providerEnded(request: EndedRequest): void;
  providerUsed(use: ProviderUse): void;
}

export interface NewsDeskOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Undefined while there are none yet. */
  readonly calls: () => ToldCalls | undefined;
}

export interface NewsDesk {
  readonly onNews: OnProviderNews;
  readonly meter: ProviderMeter;
}

export function createNewsDesk({ calls, clock, log, metrics }: NewsDeskOptions): NewsDesk {
  return {
    onNews: (news) => {
      const note = noteOf(news);
      if (note) calls()?.note(news.callSid, note);
      tell(news, log, metrics);
    },
    meter: {
      clock,
      onUse: (use) => {
        metrics.providerUsed(use, use.unit, use.amount);
        calls()?.providerUsed(use);
      },
      onFirst: ({ callSid, firstMs, operation, provider }) => {
        metrics.providerFirst({ operation, provider }, firstMs, { call: hashOfCall(callSid) });
        calls()?.note(callSid, { type: 'provider-answer', operation, provider, afterMs: Math.round(firstMs) });
      },
      onEnd: (request) => {
        metrics.providerEnded(request, request.end);
        calls()?.providerEnded(request);
      },
    },
  };
}

function tell(news: Parameters<OnProviderNews>[0], log: Log, metrics: Metrics): void {
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
      return log.warn('PROVIDER_RECONNECT', {
        ...callOf(news),
        provider: news.provider,
        replayed_ms: Math.round(news.replayedMs),
      });
    case 'hedged':
      return metrics.hedged(news.provider, news.won);
  }
}

function noteOf(news: ProviderNews): CallNote | undefined {
  switch (news.type) {
    case 'breaker':
      return { type: 'provider-breaker', operation: news.operation, provider: news.provider, state: news.state };
    case 'failed':
      return { type: 'provider-failed', operation: news.operation, provider: news.provider, code: news.code };
    case 'switched':
      return { type: 'provider-switched', operation: news.operation, from: news.from, to: news.to };
    case 'reconnected':
      return { type: 'provider-reconnected', provider: news.provider, replayedMs: Math.round(news.replayedMs) };
    case 'hedged':
      return undefined;
  }
}

function fieldsOf(news: { readonly type: string; readonly callSid?: string }): Readonly<Record<string, unknown>> {
  const { type: _, callSid: __, ...fields } = news;
  return { ...callOf(news), ...fields };
}

const callOf = ({ callSid }: { readonly callSid?: string }): { readonly call_sid?: string } =>
  callSid === undefined ? {} : { call_sid: callSid };

/** What the counters of this process tell: how long callers wait, and what goes wrong. */
import { explainTwilioError } from '../../twilio/error-codes.ts';
import type { Home } from '../contract/home.ts';

/** As `Metrics.values` gives them. */
interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

interface Metric {
  readonly name: string;
  readonly values: readonly Sample[];
}

export class Figures {
  readonly #metrics: ReadonlyMap<string, Metric>;

  constructor(values: readonly object[]) {
    this.#metrics = new Map((values as readonly Metric[]).map((metric) => [metric.name, metric]));
  }

  get latency(): Home['latency'] {
    const provider = (operation: string) => this.#percentiles('kav_provider_first_seconds', { operation });
    const played = this.#percentiles('kav_mouth_to_ear_seconds');
    return {
      answer: played ?? this.#percentiles('kav_turn_part_seconds', { part: 'total' }),
      stt: provider('stt'),
      brain: provider('brain'),
      tts: provider('tts'),
    };
  }

  /** The most frequent first. */
  get errors(): Home['errors'] {
    return [...this.#streamErrors(), ...this.#providerErrors(), ...this.#refusedWebhooks()].sort(
      (a, b) => b.count - a.count,
    );
  }

  /** Since the process began. */
  get refusedCalls(): number {
    return this.#sum('kav_webhooks_total', ({ route, verdict }) => route === 'incoming-call' && verdict === 'refused');
  }

  #streamErrors(): Home['errors'] {
    return this.#counted('kav_stream_errors_total').map(({ labels, value }) => {
      const code = String(labels['code']);
      return { source: 'twilio', code, count: value, title: titleOf(code) };
    });
  }

  #providerErrors(): Home['errors'] {
    return this.#counted('kav_provider_failures_total').map(({ labels, value }) => {
      const { code, operation, provider } = labels;
      return { source: `${provider}`, code: `${code}`, count: value, title: `${operation}: ${code}` };
    });
  }

  /** What Twilio then writes into its debugger: a webhook that got no answer it could use. */
  #refusedWebhooks(): Home['errors'] {
    const bad = this.#counted('kav_webhooks_total').filter(({ labels }) =>
      ['forbidden', 'malformed', 'fault'].includes(String(labels['verdict'])),
    );
    return bad.map(({ labels: { route, verdict }, value }) => ({
      source: 'webhook',
      code: `${verdict}`,
      count: value,
      title: `${route}: ${verdict}`,
    }));
  }

  #counted(name: string): readonly Sample[] {
    return (this.#metrics.get(name)?.values ?? []).filter(({ value }) => value > 0);
  }

  #sum(name: string, matches: (labels: Sample['labels']) => boolean): number {
    return this.#counted(name).reduce((sum, { labels, value }) => (matches(labels) ? sum + value : sum), 0);
  }

  /** In milliseconds, read off the histogram's buckets; undefined labels stand for all. */
  #percentiles(name: string, labels: Readonly<Record<string, string>> = {}): Home['latency']['answer'] {
    const own = (this.#metrics.get(name)?.values ?? []).filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    const buckets = new Map<number, number>();
    for (const {
      labels: { le },
      metricName,
      value,
    } of own) {
      if (metricName !== `${name}_bucket`) continue;
      const to = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
      buckets.set(to, (buckets.get(to) ?? 0) + value);
    }
    const ordered = [...buckets].sort(([a], [b]) => a - b);
    const count = ordered.at(-1)?.[1] ?? 0;
    if (count === 0) return null;
    const at = (share: number): number => Math.round(quantile(ordered, share * count) * 1_000);
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), count };
  }
}

/** Linear within its bucket, as Prometheus' `histogram_quantile`; beyond the last limit, that limit. */
function quantile(buckets: readonly (readonly [number, number])[], rank: number): number {
  let from = 0;
  let below = 0;
  for (const [to, upTo] of buckets) {
    if (upTo >= rank)
      return Number.isFinite(to) ? from + ((to - from) * (rank - below)) / Math.max(1, upTo - below) : from;
    from = to;
    below = upTo;
  }
  return from;
}

function titleOf(code: string): string {
  return explainTwilioError(Number(code))?.name ?? 'An error of the stream';
}

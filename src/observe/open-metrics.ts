/**
 * The OpenMetrics text format (https://prometheus.io/docs/specs/om/open_metrics_spec, 1.0), which has exemplars. Written
 * from the values, because prom-client renames its counters for good when it writes this format itself.
 */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

type Metric = MetricObjectWithValues<MetricValue<string>>;
type Labels = Readonly<Record<string, string | number>>;

interface Sample {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: KeptExemplar | null;
}

interface KeptExemplar {
  readonly labelSet: Labels;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export function serializeOpenMetrics(metrics: readonly object[]): string {
  return `${(metrics as readonly Metric[]).flatMap(familyOf).join('\n')}\n# EOF\n`;
}

function familyOf(metric: Metric): readonly string[] {
  const type = String(metric.type);
  const isCounter = type === 'counter';
  // A counter's samples end in _total, and its family does not.
  const family = isCounter ? metric.name.replace(/_total$/, '') : metric.name;
  const samples = metric.values as readonly Sample[];
  return [
    `# TYPE ${family} ${type}`,
    `# HELP ${family} ${escaped(metric.help)}`,
    ...samples.map((sample) => lineOf(sample, isCounter ? `${family}_total` : family)),
  ];
}

function lineOf({ exemplar, labels, metricName, value }: Sample, fallback: string): string {
  const name = metricName === undefined || fallback.endsWith('_total') ? fallback : metricName;
  const line = `${name}${braced(labels)} ${numberOf(value)}`;
  if (!exemplar || !name.endsWith('_bucket')) return line;
  return `${line} # ${braced(exemplar.labelSet) || '{}'} ${numberOf(exemplar.value)} ${exemplar.timestamp}`;
}

function braced(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoted(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
const quoted = escaped;

function numberOf(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

/** Sums have no exemplars: each takes the newest that a process has for the same series. */
export function withExemplars(sums: readonly object[], processes: readonly (readonly object[])[]): readonly object[] {
  const newest = new Map<string, KeptExemplar>();
  for (const metric of processes.flat() as readonly Metric[]) {
    for (const sample of metric.values as readonly Sample[]) {
      const { exemplar } = sample;
      const key = keyOf(metric, sample);
      if (exemplar && exemplar.timestamp > (newest.get(key)?.timestamp ?? 0)) newest.set(key, exemplar);
    }
  }
  if (newest.size === 0) return sums;
  return (sums as readonly Metric[]).map((metric) => ({
    ...metric,
    values: (metric.values as readonly Sample[]).map((sample) => {
      const exemplar = newest.get(keyOf(metric, sample));
      return exemplar ? { ...sample, exemplar } : sample;
    }),
  }));
}

function keyOf({ name }: Metric, { labels, metricName = name }: Sample): string {
  return JSON.stringify([metricName, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

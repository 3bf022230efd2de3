import { createHash } from 'node:crypto';
import { Histogram, type HistogramConfiguration, type OpenMetricsContentType, Registry } from 'prom-client';

/** What a figure is an example of: names by which the call is found, and nothing that says who called. */
export interface Exemplar {
  /** `kav why` takes it in place of a CallSid. */
  readonly call: string;
  /** 32 hexadecimal digits, when spans are made. */
  readonly trace_id?: string;
}

/** Anyone may read the metrics, so a call has another name there: a part of its CallSid's SHA-256. */
export const hashOfCall = (callSid: string): string =>
  createHash('sha256').update(callSid).digest('hex').slice(0, CALL_HASH_LENGTH);

export const CALL_HASH_LENGTH = 12;

/** As prom-client wants it. */
export const withExemplar = (exemplar: Exemplar | undefined): { readonly exemplarLabels?: Record<string, string> } =>
  exemplar === undefined ? {} : { exemplarLabels: { ...exemplar } };

/**
 * A histogram that keeps the newest exemplar of each bucket. prom-client lets only a registry of OpenMetrics have those,
 * and such a registry renames counters when it is read: so it has one of its own, that nobody reads, and stands in ours.
 */
export function exemplarHistogram<T extends string = string>(
  registry: Registry,
  configuration: Omit<HistogramConfiguration<T>, 'registers' | 'enableExemplars'>,
): Histogram<T> {
  const own = new Registry<OpenMetricsContentType>();
  own.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const histogram = new Histogram<T>({ ...configuration, enableExemplars: true, registers: [own] });
  registry.registerMetric(histogram);
  return histogram;
}

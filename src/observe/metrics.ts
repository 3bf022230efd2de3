import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { callMetrics } from './call-metrics.ts';
import { clusterMetrics } from './cluster-metrics.ts';
import { jobMetrics, keepingMetrics } from './keeping-metrics.ts';
import { edgeMetrics, mediaMetrics } from './media-metrics.ts';
import type { Metrics, MetricsPage } from './metrics-contract.ts';
import { OPEN_METRICS_TYPE, serializeOpenMetrics, withExemplars } from './open-metrics.ts';
import { brainMetrics, costMetrics, providerMetrics } from './provider-metrics.ts';

export type { Metrics } from './metrics-contract.ts';
export type { MetricsPage };

/** Makes the counters in a registry of their own, so that two servers in one process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const closeProbe = probeEventLoop(registry);
  collectDefaultMetrics({ register: registry });
  return {
    ...callMetrics(registry),
    ...mediaMetrics(registry),
    ...edgeMetrics(registry),
    ...providerMetrics(registry),
    ...brainMetrics(registry),
    ...costMetrics(registry),
    ...keepingMetrics(registry),
    ...jobMetrics(registry),
    ...clusterMetrics(registry),
    text: () => registry.metrics(),
    page: (accept) => pageOf(registry, accept),
    values: () => registry.getMetricsAsJSON(),
    close: () => {
      closeProbe();
      registry.clear();
    },
  };
}

/** Of whatever format it was made for. */
type Readable = Pick<Registry, 'metrics' | 'getMetricsAsJSON'> & { readonly contentType: string };

async function pageOf(registry: Readable, accept: string): Promise<MetricsPage> {
  if (!wantsOpenMetrics(accept)) return { contentType: registry.contentType, text: await registry.metrics() };
  return { contentType: OPEN_METRICS_TYPE, text: serializeOpenMetrics(await registry.getMetricsAsJSON()) };
}

/** Prometheus asks for both, and for OpenMetrics first. */
const wantsOpenMetrics = (accept: string): boolean => /application\/openmetrics-text/i.test(accept);

/** The metrics of several processes as one page: sums, or the worst where a sum says nothing. */
export async function addMetrics(processes: readonly (readonly object[])[], accept: string): Promise<MetricsPage> {
  const sums = AggregatorRegistry.aggregate(processes as MetricObjectWithValues<MetricValue<string>>[][]);
  if (!wantsOpenMetrics(accept)) return pageOf(sums, accept);
  const values = withExemplars(await sums.getMetricsAsJSON(), processes);
  return { contentType: OPEN_METRICS_TYPE, text: serializeOpenMetrics(values) };
}

/** The worst delay since the last scrape: a mean would hide the one stall that a caller hears. */
function probeEventLoop(registry: Registry): () => void {
  const probe = monitorEventLoopDelay({ resolution: 10 });
  probe.enable();
  new Gauge({
    name: 'kav_event_loop_lag_seconds',
    help: 'Longest delay of the event loop since the last scrape.',
    registers: [registry],
    aggregator: 'max',
    collect() {
      // An empty histogram reports a negative or absurd maximum; its resolution is counted as delay too.
      const lagMs = probe.count === 0 ? 0 : probe.max / 1e6 - 10;
      this.set(Math.max(0, lagMs) / 1000);
      probe.reset();
    },
  });
  return () => probe.disable();
}

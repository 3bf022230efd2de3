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
import type { Metrics } from './metrics-contract.ts';
import { brainMetrics, providerMetrics } from './provider-metrics.ts';

export type { Metrics } from './metrics-contract.ts';

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
    ...keepingMetrics(registry),
    ...jobMetrics(registry),
    ...clusterMetrics(registry),
    text: () => registry.metrics(),
    values: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
    close: () => {
      closeProbe();
      registry.clear();
    },
  };
}

/** The metrics of several processes as one text: sums, or the worst where a sum says nothing. */
export function addMetrics(processes: readonly (readonly object[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes as MetricObjectWithValues<MetricValue<string>>[][]).metrics();
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

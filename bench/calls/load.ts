/** Puts calls on a server: a ramp, then windows of steady load that are measured one by one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallersReport, Jitter } from '../callers.ts';
import { startCallers } from '../helper.ts';
import { usageOf } from '../process-usage.ts';
import type { Server } from './servers.ts';

/** Each is the median of the windows, unless it says otherwise. */
export interface Load {
  readonly cpuMsPerCallSecond: number;
  /** The same for each window. */
  readonly cpuOfWindows: readonly number[];
  readonly jitterP50Ms: number;
  readonly jitterP99Ms: number;
  /** How late the sender woke, from Kav's own metrics, over all windows. */
  readonly latenessP99Ms: number;
  /** Over the whole time, the ramp as well: what the callers heard, and what the server knows of. */
  readonly underruns: number;
  readonly underrunsKnown: number;
  /** The longest that the callers' own process stood still, which they hear as if it were the server's. */
  readonly callersStallMs: number;
  /** At the end, above what the server at rest had before the first call. */
  readonly rssMbPerCall: number;
  readonly callers: CallersReport;
}

export interface LoadPlan {
  readonly calls: number;
  readonly windows: number;
  readonly windowMs: number;
}

/** Calls are spread over one conversation's length, so that turns do not fall together. */
const RAMP_MS = 10_000;

export async function putLoad(server: Server, { calls, windowMs, windows }: LoadPlan): Promise<Load> {
  const { atRest, authToken, pid, url } = server;
  const { ask, close } = startCallers();
  await ask({ order: { url, ...(authToken === undefined ? {} : { authToken }), calls, rampMs: RAMP_MS } });
  await ask({ window: true }); // the ramp's
  const metricsBefore = await metricsOf(server);
  const cpuOfWindows: number[] = [];
  const heard: Jitter[] = [];
  for (let i = 0; i < windows; i++) {
    const before = usageOf(pid);
    const from = performance.now();
    await sleep(windowMs);
    const cpuMs = usageOf(pid).cpuMs - before.cpuMs;
    cpuOfWindows.push(cpuMs / ((calls * (performance.now() - from)) / 1000));
    heard.push((await ask({ window: true })).window!);
  }
  const { rssMb } = usageOf(pid);
  const metrics = await metricsOf(server);
  const report = (await ask({ report: true })).report!;
  close();
  return {
    cpuMsPerCallSecond: median(cpuOfWindows),
    cpuOfWindows,
    jitterP50Ms: median(heard.map(({ jitterP50Ms }) => jitterP50Ms)),
    jitterP99Ms: median(heard.map(({ jitterP99Ms }) => jitterP99Ms)),
    latenessP99Ms: quantileBetween(metricsBefore, metrics, 'kav_playout_lateness_seconds', 0.99) * 1000,
    underruns: report.underruns,
    underrunsKnown: Number(/^kav_playout_underruns_total (\d+)/m.exec(metrics)?.[1] ?? 0),
    callersStallMs: report.stallMs,
    rssMbPerCall: (rssMb - atRest.rssMb) / calls,
    callers: report,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

async function metricsOf({ authToken, url }: Server): Promise<string> {
  return authToken === undefined ? '' : await (await fetch(`${url}/metrics`)).text();
}

/** Of what was counted between two readings: the upper edge of the bucket that holds the quantile. */
function quantileBetween(before: string, after: string, name: string, share: number): number {
  const earlier = bucketsOf(before, name);
  const buckets = bucketsOf(after, name).map(({ count, edge }, i) => ({
    edge,
    count: count - (earlier[i]?.count ?? 0),
  }));
  const total = buckets.at(-1)?.count ?? 0;
  return buckets.find(({ count }) => count >= share * total)?.edge ?? Number.NaN;
}

function bucketsOf(metrics: string, name: string): readonly { readonly edge: number; readonly count: number }[] {
  const lines = metrics.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'));
  return [...lines].map(([, edge, count]) => ({
    edge: edge === '+Inf' ? Number.POSITIVE_INFINITY : Number(edge),
    count: Number(count),
  }));
}

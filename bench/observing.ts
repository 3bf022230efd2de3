/**
 * What metrics and traces cost: three servers side by side, each with as many calls, one without metrics, one with metrics
 * that are scraped, and one with metrics and spans to a collector on this machine. Their processor time is read over the
 * same windows, so that whatever else the machine does falls on all alike. `npm run bench:observing -- 20 --windows 8`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type CallersAnswer, type Helper, startCallers } from './helper.ts';
import { processorMs } from './process-usage.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    windows: { type: 'string', default: '8' },
    'window-seconds': { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(positionals[0] ?? 20);
const windows = Number(values.windows);
const windowMs = Number(values['window-seconds']) * 1_000;

/** One conversation's length, and so a window's: each has a whole round of talk in it. */
const RAMP_MS = 10_000;
/** As often as Prometheus does by default would be once in fifteen seconds. */
const SCRAPE_MS = 5_000;
const MOST_PERCENT = 3;

const MODES = ['off', 'metrics', 'metrics and traces'] as const;
type Mode = (typeof MODES)[number];

interface Served {
  readonly mode: Mode;
  readonly url: string;
  readonly authToken: string;
  readonly server: ChildProcess;
  readonly dataDir: string;
}

interface Collector {
  readonly url: string;
  readonly requests: () => number;
  readonly close: () => void;
}

/** Takes all that is sent, and looks at nothing. */
async function openCollector(): Promise<Collector> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, close };
}

function start(file: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  return fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

interface Ready {
  readonly url: string;
  readonly authToken: string;
}

async function serve(mode: Mode, collector: string): Promise<Served> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-observing-'));
  const server = start('./kav-server.ts', {
    ...{ PORT: '0', HOST: '127.0.0.1', KAV_STT: 'fake', KAV_BRAIN: 'fake', KAV_TTS: 'fake' },
    ...{ NO_PERSON_SEC: '0', KAV_MAX_CALLS: '2000', LOG_LEVEL: 'warn', KAV_DATA_DIR: dataDir },
    ...(mode === 'off' ? { KAV_BENCH_METRICS: 'off' } : {}),
    ...(mode === 'metrics and traces' ? { OTEL_EXPORTER_OTLP_ENDPOINT: collector } : {}),
  });
  const [{ authToken, url }] = (await once(server, 'message')) as [Ready];
  return { mode, url, authToken, server, dataDir };
}

async function callAll({ authToken, url }: Served): Promise<Helper<CallersAnswer>> {
  const callers = startCallers();
  await callers.ask({ order: { url, authToken, calls, rampMs: RAMP_MS } });
  return callers;
}

/** Until it is told to stop, as a monitor would. */
async function scrape(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
    await response.text();
    await pause(SCRAPE_MS, undefined, { signal }).catch(() => {}); // told to stop
  }
}

/** Of each server over each window, in ms of processor time for each second of a call. */
async function measure(served: readonly Served[]): Promise<readonly (readonly number[])[]> {
  const rows: number[][] = [];
  const read = (): readonly number[] => served.map(({ server }) => processorMs(server.pid!));
  for (let i = 0; i < windows; i++) {
    const before = read();
    const from = performance.now();
    await pause(windowMs);
    const after = read();
    const callSeconds = (calls * (performance.now() - from)) / 1_000;
    rows.push(after.map((ms, which) => (ms - before[which]!) / callSeconds));
  }
  return rows;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

const collector = await openCollector();
const served = await Promise.all(MODES.map((mode) => serve(mode, collector.url)));
const callers = await Promise.all(served.map(callAll));
const stop = new AbortController();
const scraping = served.slice(1).map(({ url }) => scrape(url, stop.signal));
const rows = await measure(served);
stop.abort();
await Promise.all(scraping);
for (const each of callers) each.close();
for (const { server } of served) server.disconnect();
await Promise.all(served.map(({ server }) => once(server, 'exit')));
await Promise.all(served.map(({ dataDir }) => rm(dataDir, { recursive: true, force: true })));
collector.close();

const cost = MODES.map((mode, which) => ({
  mode,
  cpuMsPerCallSecond: median(rows.map((row) => row[which]!)),
  /** Over the server without metrics, window by window. */
  morePercent: median(rows.map((row) => (row[which]! / row[0]! - 1) * 100)),
}));
if (values.json) console.log(JSON.stringify({ calls, windows, windowMs, cost, rows }));
else {
  console.log(`${calls} calls at each of three servers, ${windows} windows of ${windowMs / 1_000} s; medians`);
  for (const { cpuMsPerCallSecond, mode, morePercent } of cost) {
    console.log(
      `${mode.padEnd(20)} ${cpuMsPerCallSecond.toFixed(3)} ms/call-second  ${morePercent.toFixed(1).padStart(5)} %`,
    );
  }
  console.log(`spans came in ${collector.requests()} requests; the goal is ${MOST_PERCENT} % at most`);
}

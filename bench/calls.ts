/**
 * What a call costs: N simulated calls through the whole of Kav with fakes at the provider contracts, beside a bare
 * `ws` server that parses and echoes each frame, both in one run. `npm run bench:calls -- 100 300 --seconds 30`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { CallersOrder, CallersReport } from './callers.ts';
import { type OwnShare, ownShareOf } from './own-share.ts';
import { type Usage, usageOf } from './process-usage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const sizes = positionals.length > 0 ? positionals.map(Number) : [100, 300];
const seconds = Number(values.seconds);

interface Load {
  readonly cpuMsPerCallSecond: number;
  readonly rssMbPerCall: number;
  readonly callers: CallersReport;
  /** How late the sender woke, from Kav's own metrics. */
  readonly latenessP99Ms: number;
}

type KavLoad = Load & OwnShare;

type Message = {
  readonly url?: string;
  readonly authToken?: string;
  readonly report?: CallersReport;
};

/** With `--profile DIR`, both servers leave a CPU profile there, for the Performance panel of a browser. */
function profiled(file: string): string[] {
  const isServer = file.endsWith('-server.ts');
  return values.profile !== undefined && isServer ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : [];
}

function start(file: string, env: NodeJS.ProcessEnv = {}, stdout: 'ignore' | number = 'ignore'): ChildProcess {
  return fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
    execArgv: profiled(file),
  });
}

async function answer(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message];
  return message;
}

/** Loads one server: ramp, a measured stretch of steady load, and what the callers saw. */
async function load(server: ChildProcess, order: CallersOrder, stretchMs: number): Promise<Load> {
  const callers = start('./callers.ts');
  const idle = usageOf(server.pid!);
  callers.send({ order });
  await answer(callers);
  const before = usageOf(server.pid!);
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, stretchMs));
  const after: Usage = usageOf(server.pid!);
  const callSeconds = (order.calls * (performance.now() - from)) / 1000;
  const metrics = order.authToken === undefined ? '' : await (await fetch(`${order.url}/metrics`)).text();
  callers.send({ report: true });
  const { report } = await answer(callers);
  callers.disconnect();
  return {
    cpuMsPerCallSecond: (after.cpuMs - before.cpuMs) / callSeconds,
    rssMbPerCall: (after.rssMb - idle.rssMb) / order.calls,
    callers: report!,
    latenessP99Ms: histogramQuantile(metrics, 'kav_playout_lateness_seconds', 0.99) * 1000,
  };
}

/** The upper edge of the bucket that holds the quantile, as Prometheus counts. */
function histogramQuantile(metrics: string, name: string, share: number): number {
  const buckets = [...metrics.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'))];
  const total = Number(buckets.at(-1)?.[2] ?? 0);
  const bucket = buckets.find(([, , count]) => Number(count) >= share * total);
  return bucket?.[1] === '+Inf' ? Number.POSITIVE_INFINITY : Number(bucket?.[1] ?? Number.NaN);
}

async function loadEcho(calls: number): Promise<Load> {
  const server = start('./echo-server.ts');
  const { url } = await answer(server);
  const result = await load(server, { url: url!, calls, rampMs: RAMP_MS }, seconds * 500);
  server.disconnect();
  return result;
}

/** The cost of both; what the callers saw is the second's. */
function meanOf(first: Load, second: Load): Load {
  const mean = (key: 'cpuMsPerCallSecond' | 'rssMbPerCall') => (first[key] + second[key]) / 2;
  return { ...second, cpuMsPerCallSecond: mean('cpuMsPerCallSecond'), rssMbPerCall: mean('rssMbPerCall') };
}

/** Calls are spread over one conversation's length, so that turns do not fall together. */
const RAMP_MS = 10_000;

async function loadKav(calls: number): Promise<KavLoad> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-bench-'));
  const logFile = path.join(dataDir, 'log.jsonl');
  const log = openSync(logFile, 'w');
  const server = start(
    './kav-server.ts',
    {
      PORT: '0',
      HOST: '127.0.0.1',
      KAV_STT: 'fake',
      // It hears the same words for ever, as no person says them.
      NO_PERSON_SEC: '0',
      KAV_BRAIN: 'fake',
      KAV_TTS: 'fake',
      KAV_DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      KAV_MAX_CALLS: '2000',
    },
    log,
  );
  const { url, authToken } = await answer(server);
  const result = await load(server, { url: url!, authToken: authToken!, calls, rampMs: RAMP_MS }, seconds * 1000);
  server.disconnect();
  await once(server, 'exit');
  closeSync(log);
  const share = await ownShareOf(path.join(dataDir, 'journals'));
  await rm(dataDir, { recursive: true, force: true });
  return { ...result, ...share };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

function row(name: string, kav: string, echo: string, goal: string): string {
  return `${name.padEnd(38)} ${kav.padStart(12)} ${echo.padStart(12)}   ${goal}`;
}

function print(calls: number, kav: KavLoad, echo: Load): void {
  const ratio = kav.cpuMsPerCallSecond / echo.cpuMsPerCallSecond;
  console.log(`\n${calls} calls, ${seconds} s`);
  console.log(row('', 'Kav', 'bare echo', 'goal'));
  console.log(
    row(
      'CPU per call-second',
      ms(kav.cpuMsPerCallSecond),
      ms(echo.cpuMsPerCallSecond),
      `ratio ${ratio.toFixed(2)} (3 at most; 1.5 with KAV_VAD=rms)`,
    ),
  );
  console.log(row('outbound jitter p50', ms(kav.callers.jitterP50Ms), ms(echo.callers.jitterP50Ms), ''));
  console.log(row('outbound jitter p99', ms(kav.callers.jitterP99Ms), ms(echo.callers.jitterP99Ms), '5 ms at most'));
  console.log(row('  frame later than its time p99', `≤ ${kav.latenessP99Ms} ms`, '-', 'in the server itself'));
  console.log(row('underruns heard', String(kav.callers.underruns), '-', '0'));
  console.log(
    row('RSS per call', `${kav.rssMbPerCall.toFixed(2)} MB`, `${echo.rssMbPerCall.toFixed(2)} MB`, '0.5 MB at most'),
  );
  console.log(row('barge-in, speech to clear p50', ms(quantile(kav.callers.bargeInMs, 0.5)), '-', ''));
  console.log(row('barge-in, speech to clear p95', ms(quantile(kav.callers.bargeInMs, 0.95)), '-', '250 ms at most'));
  console.log(row('end of turn to answer, own share p50', ms(quantile(kav.answerMs, 0.5)), '-', '10 ms at most'));
  console.log(row('  the same p99', ms(quantile(kav.answerMs, 0.99)), '-', '30 ms at most'));
  console.log(row('start to greeting p95', ms(quantile(kav.greetingMs, 0.95)), '-', '300 ms at most'));
  console.log(row('caller turns', String(kav.callers.turns), '-', ''));
  console.log(
    row('interruptions answered', `${kav.callers.bargeInMs.length}/${kav.callers.interruptions}`, '-', 'all'),
  );
  if (kav.callers.refused > 0) console.log(row('calls refused', String(kav.callers.refused), '-', '0'));
  for (const warning of kav.callers.warnings) console.log(`  warning: ${warning}`);
}

for (const calls of sizes) {
  // A machine's speed drifts within minutes, so the yardstick is laid on before and after.
  const before = await loadEcho(calls);
  const kav = await loadKav(calls);
  const echo = meanOf(before, await loadEcho(calls));
  if (values.json) console.log(JSON.stringify({ calls, seconds, kav, echo }));
  else print(calls, kav, echo);
}

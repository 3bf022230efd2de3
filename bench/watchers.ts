/**
 * What watchers cost the calls that they look on at: N calls through the whole of Kav, in windows with and without
 * watchers by turns, in one run, so that the machine's drift falls on both. Among the watchers are one that reads too
 * slowly and one whose line is half open. `npm run bench:watchers -- --calls 200 --watchers 20`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CallersReport, Jitter } from './callers.ts';
import { median } from './calls/load.ts';
import { type KavServer, startKav } from './calls/servers.ts';
import { type CallersAnswer, type Helper, startCallers, startHelper } from './helper.ts';
import { usageOf } from './process-usage.ts';
import type { WatchersReport } from './watchers/watchers.ts';

const HELP = `npm run bench:watchers -- [options]

  --calls N        calls that go on (200)
  --watchers N     watchers beside them, of which two are a slow and a half-open one (20)
  --seconds S      length of a window (10)
  --pairs N        windows without and with watchers, by turns (3)
  --store-away     with a database that cannot be reached, instead of the embedded one
  --profile DIR    the server leaves a CPU profile there
  --json           figures as JSON`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    watchers: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '3' },
    'store-away': { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Window extends Jitter {
  /** Of one core. */
  readonly cpuShare: number;
  readonly underruns: number;
}

export interface WatchersFigures {
  readonly calls: number;
  readonly watchers: number;
  readonly without: readonly Window[];
  readonly beside: readonly Window[];
  /** The medians' difference: what watchers cost, of one core. */
  readonly watchersShare: number;
  readonly seen: readonly WatchersReport[];
  readonly callers: Pick<CallersReport, 'ended' | 'refused' | 'stallMs' | 'turns'>;
}

interface OnlookersAnswer {
  readonly report?: WatchersReport;
}

/** Calls are spread over one conversation's length. */
const RAMP_MS = 10_000;
/** What follows the watchers' coming is not what they cost while they are there. */
const SETTLE_MS = 1_000;

async function underrunsOf({ url }: KavServer): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^kav_playout_underruns_total (\d+)/m.exec(metrics)?.[1] ?? 0);
}

async function measure(server: KavServer, callers: Helper<CallersAnswer>, windowMs: number): Promise<Window> {
  await callers.ask({ window: true });
  const underruns = await underrunsOf(server);
  const before = usageOf(server.pid);
  const from = performance.now();
  await sleep(windowMs);
  const cpuMs = usageOf(server.pid).cpuMs - before.cpuMs;
  const cpuShare = cpuMs / (performance.now() - from);
  const { window } = await callers.ask({ window: true });
  return { ...window!, cpuShare, underruns: (await underrunsOf(server)) - underruns };
}

async function run(): Promise<WatchersFigures> {
  const [calls, watchers, pairs] = [Number(values.calls), Number(values.watchers), Number(values.pairs)];
  const windowMs = Number(values.seconds) * 1_000;
  const server = await startKav(values['store-away'], values.profile, '../watchers/server.ts');
  const [callers, onlookers] = [startCallers(), startHelper<OnlookersAnswer>('watchers/watchers.ts')];
  const { authToken, liveUrl, url } = server;
  await callers.ask({ order: { url, authToken, calls, rampMs: RAMP_MS } });
  const without: Window[] = [];
  const beside: Window[] = [];
  const seen: WatchersReport[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    without.push(await measure(server, callers, windowMs));
    await onlookers.ask({ come: { url: liveUrl, watchers } });
    await sleep(SETTLE_MS);
    beside.push(await measure(server, callers, windowMs));
    seen.push((await onlookers.ask({ go: true })).report!);
    await sleep(SETTLE_MS);
  }
  const { ended, refused, stallMs, turns } = (await callers.ask({ report: true })).report!;
  for (const { close } of [callers, onlookers]) close();
  await server.close();
  const watchersShare = median(beside.map((w) => w.cpuShare)) - median(without.map((w) => w.cpuShare));
  return { calls, watchers, without, beside, watchersShare, seen, callers: { ended, refused, stallMs, turns } };
}

function print({ beside, callers, calls, seen, watchers, watchersShare, without }: WatchersFigures): void {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const row = (name: string, windows: readonly Window[]): void =>
    console.log(
      `${name.padEnd(22)} ${percent(median(windows.map((w) => w.cpuShare))).padStart(8)} of a core   ` +
        `underruns ${windows.reduce((sum, w) => sum + w.underruns, 0)}   ` +
        `jitter p50 ${median(windows.map((w) => w.jitterP50Ms)).toFixed(1)} ms, ` +
        `p99 ${median(windows.map((w) => w.jitterP99Ms)).toFixed(1)} ms`,
    );
  row(`${calls} calls`, without);
  row(`and ${watchers} watchers`, beside);
  console.log(`the watchers           ${percent(watchersShare).padStart(8)} of a core`);
  for (const report of seen) console.log(`  saw ${JSON.stringify(report)}`);
  console.log(`  callers ${JSON.stringify(callers)}`);
}

if (values.help) console.log(HELP);
else {
  const figures = await run();
  if (values.json) console.log(JSON.stringify(figures));
  else print(figures);
}

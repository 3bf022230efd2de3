/**
 * What a call costs: N simulated calls through the whole of Kav with fakes at the provider contracts, beside a bare
 * `ws` server that parses and echoes each frame, both in one run. `npm run bench:calls -- 100 200 --seconds 30`.
 * What is measured begins when the server has started, opened its store and come to rest; the start has its own lines.
 */
import { parseArgs } from 'node:util';
import { type Load, type LoadPlan, median, putLoad } from './calls/load.ts';
import { startEcho, startKav } from './calls/servers.ts';
import { type KavLoad, printLoad } from './calls/table.ts';

const HELP = `npm run bench:calls -- [CALLS …] [options]      CALLS: 100 200 by default

  --seconds S      steady load, in windows of ten seconds (30)
  --store-away     with a database that cannot be reached, instead of the embedded one
  --profile DIR    both servers leave a CPU profile there
  --json           figures as JSON, a line for each number of calls`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    'store-away': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const WINDOW_MS = 10_000;
const windows = Math.max(1, Math.round((Number(values.seconds) * 1000) / WINDOW_MS));

async function loadEcho(plan: LoadPlan): Promise<Load> {
  const server = await startEcho(values.profile);
  const load = await putLoad(server, plan);
  server.close();
  return load;
}

async function loadKav(plan: LoadPlan, restWithoutStoreMb: number): Promise<KavLoad> {
  const server = await startKav(values['store-away'], values.profile);
  const load = await putLoad(server, plan);
  const share = await server.close();
  const { atRest, startMs } = server;
  return { ...load, ...share, startMs, startCpuMs: atRest.cpuMs, restMb: atRest.rssMb, restWithoutStoreMb };
}

/** What Kav holds without a database; the difference is the embedded database's. */
async function restWithoutStore(): Promise<number> {
  const server = await startKav(true);
  await server.close();
  return server.atRest.rssMb;
}

/** The yardstick of both; what its callers saw is the second's. */
function together(first: Load, second: Load): Load {
  const cpuOfWindows = [...first.cpuOfWindows, ...second.cpuOfWindows];
  return { ...second, cpuOfWindows, cpuMsPerCallSecond: median(cpuOfWindows) };
}

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const restMb = await restWithoutStore();
for (const calls of positionals.length > 0 ? positionals.map(Number) : [100, 200]) {
  const plan = { calls, windows, windowMs: WINDOW_MS };
  const yardstick = { ...plan, windows: Math.ceil(windows / 2) };
  // A machine's speed drifts within minutes, so the yardstick is laid on before and after.
  const before = await loadEcho(yardstick);
  const kav = await loadKav(plan, restMb);
  const echo = together(before, await loadEcho(yardstick));
  if (values.json) console.log(JSON.stringify({ plan, kav, echo }));
  else printLoad(plan, kav, echo);
}

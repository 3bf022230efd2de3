/**
 * What is left of calls that are over: thousands of short ones through a real server with fake providers, and its heap
 * after a forced collection of garbage, each so many calls. `npm run bench:memory -- --calls 5000 --at-once 20`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRealClock } from '../src/call/real-clock.ts';
import type { Sample } from './memory/probe.ts';
import { placeShortCall } from './memory/short-call.ts';
import { restOf } from './process-usage.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5000' },
    every: { type: 'string', default: '500' },
    'at-once': { type: 'string', default: '20' },
  },
});
const calls = Number(values.calls);
const every = Number(values.every);
const atOnce = Number(values['at-once']);
/** Calls are remembered for ten minutes after their end. */
const SKIP_MS = 11 * 60_000;
const MOST_SLOPE_BYTES = 256 * 1024;
/** Until then Node still throws away the code that it compiled first: the heap falls by megabytes. */
const WARM_UP_CALLS = 1_000;
const LONGEST_WORK_MS = 600_000;
/** One in so many asks something. */
const ASKS_EVERY = 10;

const clock = createRealClock();

interface Target {
  readonly url: string;
  readonly authToken: string;
}

/** Returns how many of them went wrong. */
async function placeCalls(target: Target, count: number): Promise<number> {
  let begun = 0;
  let bad = 0;
  const callOn = async (): Promise<void> => {
    while (begun < count) {
      const asks = begun++ % ASKS_EVERY === 0;
      if (!(await placeShortCall({ ...target, clock, asks }))) bad++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, callOn));
  return bad;
}

/** What the calls have left to do is done before, and the jobs wait for their next look. */
async function sampleOf(server: ChildProcess): Promise<Sample> {
  await restOf(server.pid!, performance.now() + LONGEST_WORK_MS);
  server.send({ skipMs: SKIP_MS });
  const [{ sample }] = (await once(server, 'message')) as [{ readonly sample: Sample }];
  return sample;
}

/** Least squares, in bytes for a thousand calls. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return (over / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)) * 1000;
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-memory-'));
const server = fork(new URL('./kav-server.ts', import.meta.url), {
  env: {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    KAV_AGENT: new URL('../test/torture/agent.ts', import.meta.url).pathname,
    KAV_DATA_DIR: dataDir,
    KAV_VAD: 'rms',
    EOU_MS: '150',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  },
  execArgv: ['--expose-gc', '--import', new URL('./memory/probe.ts', import.meta.url).pathname],
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [target] = (await once(server, 'message')) as [Target];

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MB`;
const told = ({ codeBytes, externalBytes, heapBytes }: Sample): string =>
  `heap ${mb(heapBytes)}, outside ${mb(externalBytes)}; compiled code ${mb(codeBytes)}`;
const points: [number, number][] = [];
let bad = await placeCalls(target, WARM_UP_CALLS);
const first = await sampleOf(server);
let last = first;
console.log(`before: ${told(first)}`);
for (let done = 0; done < calls; done += every) {
  bad += await placeCalls(target, every);
  last = await sampleOf(server);
  points.push([done + every, last.heapBytes + last.externalBytes]);
  console.log(`${done + every} calls: ${told(last)}`);
}
const slope = slopeOf(points);
const kinds = new Set([...Object.keys(first.resources), ...Object.keys(last.resources)]);
const left = [...kinds].filter((kind) => (last.resources[kind] ?? 0) > (first.resources[kind] ?? 0));
const problems = [
  ...(slope <= MOST_SLOPE_BYTES ? [] : ['more is retained than may be']),
  ...left.map((kind) => `${kind}: ${first.resources[kind] ?? 0} before, ${last.resources[kind]} after`),
  ...(last.listeners <= first.listeners ? [] : [`listeners: ${first.listeners} before, ${last.listeners} after`]),
];
console.log(`retained ${(slope / 1024).toFixed(0)} kB per 1,000 calls (${MOST_SLOPE_BYTES / 1024} at most)`);
console.log(`resources ${JSON.stringify(last.resources)}, listeners ${last.listeners}, calls that went wrong ${bad}`);
for (const problem of problems) console.log(`PROBLEM ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

const ended = once(server, 'exit');
server.disconnect();
await ended;
await rm(dataDir, { recursive: true, force: true });

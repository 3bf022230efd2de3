/**
 * What callers notice of a database that is away: live calls with fake providers, a proxy before PostgreSQL, and the same
 * length of calm beside each fault. `npm run bench:database-faults -- --calls 50 --seconds 60`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { createRecordingFields } from '../src/simulator/carrier/call-fields.ts';
import { createSid } from '../src/simulator/carrier/sid.ts';
import { signForm } from '../src/twilio/signature.ts';
import { startPostgres, type TestPostgres } from '../test/services/postgres.ts';
import { TcpProxy } from '../test/services/tcp-proxy.ts';
import type { CallersOrder, CallersReport } from './callers.ts';
import { startCallers } from './helper.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '50' }, seconds: { type: 'string', default: '60' } },
});
const calls = Number(values.calls);
const faultMs = Number(values.seconds) * 1000;
const RAMP_MS = 5_000;
const MOST_DRAIN_MS = 5_000;
/** After that the backlog counts as lost. */
const GIVE_UP_MS = 60_000;
/** How much more jitter than in calm still counts as none: what two calm runs differ by. */
const JITTER_MS = 5;
const AWAY_MS = 3_000;

interface World {
  readonly url: string;
  readonly authToken: string;
  readonly postgres: TestPostgres;
  readonly proxy: TcpProxy;
}

type Fault = (world: World, ms: number) => Promise<void>;

async function refuse({ proxy }: World, ms: number): Promise<void> {
  await proxy.set('refuse');
  await sleep(ms);
  await proxy.set('pass');
}

async function blackHole({ proxy }: World, ms: number): Promise<void> {
  await proxy.set('black-hole');
  await sleep(ms);
  await proxy.set('pass');
}

/** Three times all connections are reset and another server process with the same data takes over, at last at the end. */
async function failOver({ postgres, proxy }: World, ms: number): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const awayMs = Math.min(AWAY_MS, ms / 6);
    await sleep(ms / 3 - awayMs);
    await proxy.set('refuse');
    await postgres.kill();
    await sleep(awayMs);
    await postgres.start();
    await proxy.set('pass');
  }
}

const PHASES: readonly (readonly [string, Fault])[] = [
  ['calm', (_, ms) => sleep(ms)],
  ['refused', refuse],
  ['black-holed', blackHole],
  ['failing over', failOver],
  ['calm again', (_, ms) => sleep(ms)],
];

interface Outcome {
  readonly name: string;
  readonly callers: CallersReport;
  /** From the return of the database until it has everything that was told before. */
  readonly drainMs: number;
}

async function run(world: World, index: number): Promise<Outcome> {
  const [name, fault] = PHASES[index]!;
  const { authToken, url } = world;
  const callers = startCallers();
  const order: CallersOrder = { url, authToken, calls, first: index * calls, rampMs: RAMP_MS };
  await callers.ask({ order });
  await fault(world, faultMs);
  const drainMs = await drain(world);
  const { report } = await callers.ask({ report: true });
  callers.close();
  return { name, callers: report!, drainMs };
}

/** The ledger is a line: when the store has what was told last, it has everything that was told before. */
async function drain({ authToken, postgres, url }: World): Promise<number> {
  const from = performance.now();
  const recordingSid = createSid('RE');
  await tellRecording({ authToken, recordingSid, url });
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => {});
  await client.connect();
  try {
    const question = 'select 1 from recordings where recording_id = $1';
    while (performance.now() - from < GIVE_UP_MS) {
      if ((await client.query(question, [recordingSid])).rowCount === 1) return performance.now() - from;
      await sleep(20);
    }
    return Number.POSITIVE_INFINITY;
  } finally {
    await client.end();
  }
}

async function tellRecording(news: {
  readonly authToken: string;
  readonly recordingSid: string;
  readonly url: string;
}) {
  const call = { callSid: createSid('CA'), accountSid: createSid('AC'), from: '', to: '' };
  const form = createRecordingFields(call, news.recordingSid, { durationMs: 1_000, at: new Date() });
  const target = `${news.url}/webhook/recording_done`;
  const headers = { 'X-Twilio-Signature': signForm(news.authToken, target, form) };
  const response = await fetch(target, { method: 'POST', headers, body: new URLSearchParams(form) });
  if (!response.ok) throw new Error(`the recording was answered with ${response.status}`);
}

function problemsOf({ callers, drainMs }: Outcome, calm: Outcome): readonly string[] {
  const problems: string[] = [];
  if (callers.refused > 0) problems.push(`${callers.refused} refused`);
  if (callers.ended > 0) problems.push(`${callers.ended} ended`);
  if (callers.underruns > calm.callers.underruns) problems.push('underruns');
  if (callers.jitterP99Ms > calm.callers.jitterP99Ms + JITTER_MS) problems.push('jitter');
  if (drainMs > MOST_DRAIN_MS) problems.push('drained late');
  return problems;
}

function print(outcomes: readonly Outcome[]): boolean {
  const calms = outcomes.filter(({ name }) => name.startsWith('calm'));
  const calm = calms.reduce((a, b) => (b.callers.underruns >= a.callers.underruns ? b : a));
  console.log(`${calls} live calls, ${values.seconds} s each`);
  const head = ['', 'jitter p50', 'jitter p99', 'underruns', 'turns', 'drained', 'hurt'];
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(i === 0 ? 14 : 12)).join(' ');
  console.log(line(head));
  let isGood = true;
  for (const outcome of outcomes) {
    const { callers, drainMs, name } = outcome;
    const problems = problemsOf(outcome, calm);
    isGood &&= problems.length === 0;
    const jitter = [callers.jitterP50Ms, callers.jitterP99Ms].map((value) => `${value.toFixed(1)} ms`);
    const counts = [String(callers.underruns), String(callers.turns), `${Math.round(drainMs)} ms`];
    console.log(line([name, ...jitter, ...counts, problems.join(', ') || 'none']));
  }
  return isGood;
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-database-faults-'));
const postgres = await startPostgres();
const proxy = await TcpProxy.open(postgres.port);
const server = fork(new URL('./kav-server.ts', import.meta.url), {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  env: {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    KAV_STT: 'fake',
    KAV_BRAIN: 'fake',
    KAV_TTS: 'fake',
    NO_PERSON_SEC: '0', // the fake recogniser hears the same sentence again and again, as from a machine
    KAV_DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    DATABASE_URL: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`),
  },
});
try {
  const [{ authToken, url }] = (await once(server, 'message')) as [Pick<World, 'authToken' | 'url'>];
  const world: World = { url, authToken, postgres, proxy };
  const outcomes: Outcome[] = [];
  for (let index = 0; index < PHASES.length; index++) outcomes.push(await run(world, index));
  process.exitCode = print(outcomes) ? 0 : 1;
} finally {
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
  await proxy.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

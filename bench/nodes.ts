/**
 * Several nodes on one PostgreSQL. First 4 × 100 calls come at one moment, and fewer may be taken: how many are, and how long
 * does each wait for its answer? Then, behind a front that sends any connection to any node, with callers who talk: one node
 * is killed under all of its calls. How long is each caller left in silence, and does Kav still know what was said? At last
 * all nodes are restarted, one after another, while calls come and go: how many are cut?
 * `npm run bench:nodes -- --calls 20 --restarts 4 --asks 100`; `--only admission` for the first alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRealClock } from '../src/call/real-clock.ts';
import { listTurns } from '../src/store/queries/calls.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { startPostgres } from '../test/services/postgres.ts';
import { type Admissions, askAtOnce } from './nodes/admission.ts';
import { BenchCaller, type CallerEnd } from './nodes/caller.ts';
import { openFront } from './nodes/front.ts';
import { type BenchNode, type NodeSettings, startNode } from './nodes/node.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20' },
    restarts: { type: 'string', default: '4' },
    asks: { type: 'string', default: '100' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const restarts = Number(values.restarts);
const asks = Number(values.asks);

const TALK_MS = 12_000;
const TALK_ON_MS = 10_000;
const CALL_MS = 8_000;
const RESUMED = /We were cut off for a moment/;
const GREETING_TURNS = 1;
const ASKED_NODES = 4;
const PLACES = 50;

const clock = createRealClock();
const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.at(clock.now() + ms, resolve));
const quantile = (sorted: readonly number[], q: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN);

const postgres = await startPostgres();
const dataDir = await mkdtemp(path.join(tmpdir(), 'kav-nodes-'));
const front = await openFront();
const settings = { databaseUrl: postgres.url, publicUrl: front.url, authToken: 'a token of the benchmark', dataDir };
const running = new Set<BenchNode>();
const store = openStore({ databaseUrl: postgres.url, clock });

try {
  await store.ready;
  const asking = { store, settings: { ...settings, name: '' }, nodes: ASKED_NODES, asksPerNode: asks, places: PLACES };
  tellAdmissions(await askAtOnce({ ...asking, onStarted: track }));
  if (values.only !== 'admission') {
    const nodes = [await start({ ...settings, name: 'a' }), await start({ ...settings, name: 'b' })];
    const killed = await killOne(nodes[0]!, store);
    nodes[0] = await start({ ...settings, name: 'a2' });
    const restarted = await restartAll(nodes);
    report(killed, restarted);
  }
} finally {
  for (const { process } of running) process.kill('SIGKILL');
  await Promise.all([...running].map(({ exited }) => exited));
  front.close();
  await store.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function start(node: NodeSettings): Promise<BenchNode> {
  const started = await startNode(node);
  track(started);
  front.add(started.port);
  return started;
}

function track(node: BenchNode): void {
  running.add(node);
  void node.exited.then(() => running.delete(node));
}

function tellAdmissions({ failed, refusedMs, takenMs, ...counts }: Admissions): void {
  const of = (sorted: readonly number[]) => ({
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    mostMs: quantile(sorted, 1),
  });
  const figures = { ...counts, failed: failed.length, answerOfRefused: of(refusedMs), answerOfTaken: of(takenMs) };
  if (values.json) console.log(JSON.stringify({ admission: figures }, undefined, 2));
  else console.log(`${ASKED_NODES} × ${asks} calls at one moment:`, figures);
  for (const problem of failed.slice(0, 5)) console.log('not answered:', problem);
}

interface Killed {
  readonly ends: readonly CallerEnd[];
  /** Calls that lost a stream and whose turns are whole: one greeting, no turn missing, and the line about the loss. */
  readonly remembered: number;
  readonly lost: number;
}

async function killOne(victim: BenchNode, { db }: Store): Promise<Killed> {
  const callers = Array.from({ length: calls }, () => new BenchCaller(front.url, settings.authToken));
  const talking = callers.map(async (caller, i) => {
    await pause(i * 100);
    return caller.run();
  });
  await pause(TALK_MS + calls * 100);
  front.remove(victim.port);
  victim.process.kill('SIGKILL');
  await pause(TALK_ON_MS);
  for (const caller of callers) caller.hangUp();
  const ends = await Promise.all(talking);
  await pause(1_000); // the last facts are on their way into the database
  const lost = ends.filter((end) => end.lost > 0);
  const kept = await Promise.all(lost.map(async ({ callSid }) => isWhole(await listTurns(db, 'default', callSid))));
  return { ends, lost: lost.length, remembered: kept.filter(Boolean).length };
}

/** Turns are told from the first on, none twice, and the line was said to be back exactly once. */
function isWhole(turns: readonly { readonly turn_index: number; readonly heard: string }[]): boolean {
  const indexes = new Set(turns.map(({ turn_index }) => turn_index));
  const greeting = turns.find(({ turn_index }) => turn_index === 0)?.heard;
  const greetings = turns.filter(({ heard }) => heard === greeting).length;
  const back = turns.filter(({ heard }) => RESUMED.test(heard)).length;
  return greetings === GREETING_TURNS && back === 1 && [...indexes].every((_, i) => indexes.has(i));
}

/** Calls come and go all the while; a node is taken out of the front, drained, and replaced when it has ended. */
async function restartAll(nodes: readonly BenchNode[]): Promise<readonly CallerEnd[]> {
  const ends: Promise<CallerEnd>[] = [];
  let isOver = false;
  const coming = (async () => {
    while (!isOver) {
      const caller = new BenchCaller(front.url, settings.authToken);
      ends.push(caller.run());
      clock.at(clock.now() + CALL_MS, () => caller.hangUp());
      await pause(CALL_MS / Math.max(1, calls / 2));
    }
  })();
  const current = [...nodes];
  for (let round = 0; round < restarts; round++) {
    const old = current[round % current.length]!;
    current[round % current.length] = await start({ ...settings, name: `r${round}` });
    front.remove(old.port);
    old.process.kill('SIGTERM');
    await old.exited;
    console.error(`restart ${round + 1} of ${restarts}, ${ends.length} calls so far`);
  }
  isOver = true;
  await coming;
  return Promise.all(ends);
}

function report({ ends, lost, remembered }: Killed, restarted: readonly CallerEnd[]): void {
  const silent = ends.flatMap(({ silentMs }) => silentMs).sort((a, b) => a - b);
  const figures = {
    killed: {
      calls: ends.length,
      lostTheirStream: lost,
      heardAgain: silent.length,
      p50Ms: quantile(silent, 0.5),
      p95Ms: quantile(silent, 0.95),
      mostMs: quantile(silent, 1),
      remembered,
      badEnds: ends.filter(({ end }) => end !== 'hung-up'),
    },
    restarted: {
      restarts,
      calls: restarted.length,
      cut: restarted.filter((end) => end.lost > 0).length,
      badEnds: restarted.filter(({ end }) => end !== 'hung-up'),
    },
  };
  if (values.json) return console.log(JSON.stringify(figures, undefined, 2));
  const { badEnds, ...killed } = figures.killed;
  console.log('a node is killed under its calls:', killed);
  console.log(`rolling restarts: ${restarts}, calls: ${restarted.length}, cut: ${figures.restarted.cut}`);
  for (const bad of [...badEnds, ...figures.restarted.badEnds]) console.log('not a good end:', bad);
}

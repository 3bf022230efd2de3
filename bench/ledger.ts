/**
 * What it costs to make facts durable on this machine's disk: `npm run bench:ledger -- --folder /var/lib/kav`. Facts a
 * second, how long a sync takes, how late a timer of 20 ms is while 200 calls tell a fact a second, and how fast a backlog
 * is drained into a store that takes no time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRealClock } from '../src/call/real-clock.ts';
import type { Fact } from '../src/core/fact.ts';
import type { Ledger } from '../src/ledger/contracts.ts';
import type { Disk, DiskFile } from '../src/ledger/disk/disk.ts';
import { realDisk } from '../src/ledger/disk/real-disk.ts';
import { openDrainer } from '../src/ledger/drainer.ts';
import { openLedger } from '../src/ledger/ledger.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: tmpdir() },
    seconds: { type: 'string', default: '10' },
    calls: { type: 'string', default: '200' },
    backlog: { type: 'string', default: '30000' },
  },
});
const FRAME_MS = 20;
const TEXT = 'שלום, אני מחפשת דירה של ארבעה חדרים בתל אביב, עד שבעה וחצי אלף שקל בחודש, אם יש.';
const clock = createRealClock();

function fact(call: number, index: number): Fact {
  return {
    type: 'turn',
    index,
    who: 'caller',
    text: TEXT,
    fromMs: index * 1000,
    toMs: index * 1000 + 800,
    key: `turn/${index}`,
    tenant: 'home',
    callSid: `CA${String(call).padStart(32, '0')}`,
    node: 'bench',
    fence: 1,
    at: '2026-01-01T00:00:00.000Z',
  };
}

/** The disk, with a list of how long each sync of a file took. */
function measured(disk: Disk, syncMs: number[]): Disk {
  const watch = (file: DiskFile): DiskFile => ({
    write: (bytes, position) => file.write(bytes, position),
    close: () => file.close(),
    sync: async () => {
      const from = clock.now();
      await file.sync();
      syncMs.push(clock.now() - from);
    },
  });
  return {
    ...disk,
    create: async (name) => watch(await disk.create(name)),
    open: async (name) => watch(await disk.open(name)),
  };
}

/** A timer as the playout scheduler's, on absolute times. */
function watchLoop(): { readonly lateMs: number[]; stop(): void } {
  const lateMs: number[] = [];
  let stop = (): void => {};
  const next = (due: number): void => {
    stop = clock.at(due, () => {
      lateMs.push(clock.now() - due);
      next(Math.max(due + FRAME_MS, clock.now()));
    });
  };
  next(clock.now() + FRAME_MS);
  return { lateMs, stop: () => stop() };
}

/** Every call tells one fact a second, at its own moment, and waits until it is durable. */
async function tellSteadily(ledger: Ledger, calls: number, seconds: number): Promise<number[]> {
  const waitMs: number[] = [];
  const start = clock.now();
  const tell = async (call: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      await sleep(Math.max(0, start + i * 1000 + (call * 1000) / calls - clock.now()));
      const from = clock.now();
      await ledger.append(fact(call, i));
      waitMs.push(clock.now() - from);
    }
  };
  await Promise.all(Array.from({ length: calls }, (_, call) => tell(call)));
  return waitMs;
}

/** So many callers, each of which appends again as soon as it is told that its fact is durable. */
async function tellFast(ledger: Ledger, callers: number, seconds: number): Promise<number> {
  const end = clock.now() + seconds * 1000;
  let count = 0;
  const tell = async (call: number): Promise<void> => {
    for (let i = 0; clock.now() < end; i++, count++) await ledger.append(fact(call, i));
  };
  await Promise.all(Array.from({ length: callers }, (_, call) => tell(call)));
  return count / seconds;
}

async function drain(ledger: Ledger): Promise<{ readonly ms: number; readonly batches: number }> {
  let batches = 0;
  const from = clock.now();
  const drainer = openDrainer({
    backlog: ledger.backlog,
    clock,
    onError: console.error,
    apply: async () => void batches++,
  });
  await drainer.drained();
  const ms = clock.now() - from;
  await drainer.close();
  return { ms, batches };
}

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
function spread(figures: readonly number[]): string {
  const sorted = figures.toSorted((a, b) => a - b);
  return `p50 ${at(sorted, 0.5)}  p99 ${at(sorted, 0.99)}  max ${at(sorted, 1)} ms`;
}

const folder = await mkdtemp(path.join(values.folder, 'kav-ledger-'));
const syncMs: number[] = [];
const open = (node: string): Promise<Ledger> =>
  openLedger({ folder, node, disk: measured(realDisk, syncMs), clock, onError: console.error });
const [seconds, calls, backlog] = [Number(values.seconds), Number(values.calls), Number(values.backlog)];
try {
  const idle = watchLoop();
  await sleep(seconds * 500);
  idle.stop();
  console.log(`timer of 20 ms, nothing to do   late ${spread(idle.lateMs)}`);

  const steady = await open('steady');
  const loop = watchLoop();
  const before = process.cpuUsage();
  const waitMs = await tellSteadily(steady, calls, seconds);
  loop.stop();
  const { user, system } = process.cpuUsage(before);
  console.log(`${calls} calls, a fact a second     timer late ${spread(loop.lateMs)}`);
  console.log(`  a fact is durable after       ${spread(waitMs)}`);
  console.log(
    `  processor                     ${((user + system) / 1000 / seconds).toFixed(0)} ms a second, callers and all threads included`,
  );
  console.log(`  a sync takes                  ${spread(syncMs)} (${syncMs.length} syncs)`);
  await steady.close();

  for (const callers of [1, 16, 256]) {
    const fast = await open(`fast-${callers}`);
    console.log(
      `${String(callers).padStart(3)} callers, without pause      ${Math.round(await tellFast(fast, callers, 3))} facts/s`,
    );
    await fast.close();
  }

  const behind = await open('behind');
  for (let i = 0; i < backlog; i += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, k) => behind.append(fact(k % 50, i + k))));
  }
  const drainLoop = watchLoop();
  const { ms, batches } = await drain(behind);
  drainLoop.stop();
  console.log(
    `${backlog} facts of backlog          read in ${ms.toFixed(0)} ms, ${batches} batches; timer late ${spread(drainLoop.lateMs)}`,
  );
  await behind.close();
} finally {
  await rm(folder, { recursive: true });
}

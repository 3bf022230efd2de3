/** The embedded database after a power cut: whatever is left of its folder, every acknowledged fact is there. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { createRealClock } from '../../src/call/real-clock.ts';
import { parseEnvironment } from '../../src/cli/config.ts';
import { type Keeping, openKeeping } from '../../src/cli/keeping.ts';
import { turn } from '../../src/ledger/facts.fixture.ts';
import { keepLog } from '../../src/server/server.fixture.ts';
import { writeSnapshot } from '../../src/store/embedded/snapshots.ts';
import { tear } from '../torture/tear.ts';

vi.setConfig({ testTimeout: 180_000 });

const clock = createRealClock();
let folder: string;
let log: ReturnType<typeof keepLog>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kav-power-'));
  log = keepLog();
  // To begin from a copy takes a tenth of the time in which a new database is made.
  await writeSnapshot(store('snapshots'), readFileSync(inject('snapshotFile')), 0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(node = 'one'): Promise<Keeping> {
  const environment = parseEnvironment({ KAV_DATA_DIR: folder, KAV_NODE: node });
  return openKeeping({ environment, clock, log: log.log });
}

async function tell(keeping: Keeping, from: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => keeping.ledger.append(turn(from + i))));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => clock.at(clock.now() + 20, () => resolve(undefined)));
}

async function settled(keeping: Keeping): Promise<void> {
  await keeping.store.ready;
  await until(() => keeping.ledger.stats().unapplied === 0 && keeping.store.hasSnapshot);
}

async function turnsOf({ store }: Keeping): Promise<readonly number[]> {
  const rows = await store.db.selectFrom('turns').select('turn_index').orderBy('turn_index').execute();
  const events = await store.db.selectFrom('events').select('key').execute();
  expect(events).toHaveLength(rows.length);
  return rows.map(({ turn_index }) => turn_index);
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const store = (...names: string[]): string => path.join(folder, 'store', ...names);

/** The power has failed while the database was open: the machine's next start has another name. */
function cutPower(): void {
  writeFileSync(store('in-use'), 'another start of the machine');
}

/** The closed folder stands for one that was cut off: its copies and its ledger are as they are at any moment. */
async function fill(): Promise<void> {
  const keeping = await open();
  await settled(keeping);
  await tell(keeping, 0, 40);
  await settled(keeping);
  await keeping.store.snapshot(1);
  await tell(keeping, 40, 40);
  await settled(keeping);
  await keeping.close();
}

test('torn in whatever way, it is made again from its newest copy and from the ledger', async () => {
  await fill();
  const seeds = Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 31));
  let told = 80;
  for (const seed of seeds) {
    const wounds = tear(store('data'), seed, 20);
    cutPower();
    const keeping = await open();
    await settled(keeping);
    expect(await turnsOf(keeping), `seed ${seed}: ${wounds}`).toEqual(upTo(told));
    await tell(keeping, told, 10);
    told += 10;
    await settled(keeping);
    await keeping.close();
  }
  expect(log.lines.filter(({ event }) => event === 'STORE_REBUILT')).toHaveLength(seeds.length);
  const errors = log.lines.filter(({ level, event }) => level === 'error' && event !== 'STORE_REBUILT');
  expect(errors).toEqual([]);
});

test('a copy that is damaged too is passed over for the one before it', async () => {
  await fill();
  const newest = readdirSync(store('snapshots')).sort().at(-1)!;
  writeFileSync(store('snapshots', newest), 'what is left of it');
  tear(store('data'), 2, 20);
  cutPower();
  const keeping = await open();
  await settled(keeping);
  expect(await turnsOf(keeping)).toEqual(upTo(80));
  await keeping.close();
});

test('a folder that a crash left half made is made again', async () => {
  await fill();
  writeFileSync(store('unfinished'), '');
  const keeping = await open();
  await settled(keeping);
  expect(await turnsOf(keeping)).toEqual(upTo(80));
  await keeping.close();
});

test('facts of another node that were taken over outlive it as well', async () => {
  await fill();
  const other = await open('two');
  await settled(other);
  await until(() => !existsSync(path.join(folder, 'ledger', 'node-one')));
  await tell(other, 80, 5);
  await settled(other);
  await other.close();
  tear(store('data'), 3, 20);
  cutPower();
  const keeping = await open('three');
  await settled(keeping);
  await until(() => !existsSync(path.join(folder, 'ledger', 'node-two')));
  expect(await turnsOf(keeping)).toEqual(upTo(85));
  await keeping.close();
});

test('what was erased is in no copy and in no file of the ledger, and does not come back', async () => {
  await fill();
  tear(store('data'), 4, 20);
  cutPower();
  const keeping = await open();
  await settled(keeping);
  expect(readdirSync(store()).some((name) => name.startsWith('data.broken-'))).toBe(true);
  for (const table of ['outbox', 'turns', 'events'] as const) await keeping.store.db.deleteFrom(table).execute();
  await keeping.erased();
  expect(readdirSync(store()).some((name) => name.startsWith('data.broken-'))).toBe(false);
  expect(readdirSync(store('snapshots'))).toHaveLength(1);
  expect(readdirSync(path.join(folder, 'ledger', 'node-one')).filter((name) => name.endsWith('.log'))).toEqual([]);
  await keeping.close();
  tear(store('data'), 5, 20);
  cutPower();
  const again = await open();
  await settled(again);
  expect(await turnsOf(again)).toEqual([]);
  await again.close();
});

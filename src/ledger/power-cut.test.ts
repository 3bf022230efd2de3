/** Whatever happens to the machine: what was acknowledged is there, once, in order, and nothing else ever was. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/fact.ts';
import { createRandom, type Random } from '../simulator/random.ts';
import type { Ledger } from './contracts.ts';
import type { Disk } from './disk/disk.ts';
import { SimulatedDisk, type SimulatedDiskOptions } from './disk/simulated-disk.fixture.ts';
import { type Drainer, openDrainer } from './drainer.ts';
import { askingAgain, createRig, nameOf, type Rig, readAll, turn } from './facts.fixture.ts';

const SEEDS = 2000;
const CALLS = ['CA1', 'CA2', 'CA3'];

interface WorldOptions extends SimulatedDiskOptions {
  /** The ledger's disk is asked again when a sync fails. */
  readonly naive?: boolean;
}

interface World {
  readonly seed: number;
  readonly random: Random;
  readonly rig: Rig;
  /** The disk as a new process gets it. */
  readonly boot: () => Disk;
  /** How many processes have died. */
  lives: number;
  /** In the order in which they were told. */
  readonly told: Fact[];
  readonly acknowledged: Set<string>;
  /** What the store was given, repeats and all: it is another machine. */
  readonly store: Fact[];
  isStoreAway: boolean;
  wasFull: boolean;
  tornTails: number;
}

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const upTo = (random: Random, n: number): number => Math.floor(random() * n);

function createWorld(seed: number, { naive = false, ...options }: WorldOptions): World {
  const rig = createRig(new SimulatedDisk(options));
  const boot = (): Disk => (naive ? askingAgain(rig.disk.boot()) : rig.disk.boot());
  return {
    seed,
    random: createRandom(seed),
    rig,
    boot,
    lives: 0,
    told: [],
    acknowledged: new Set(),
    store: [],
    isStoreAway: false,
    wasFull: false,
    tornTails: 0,
  };
}

/** One life of a process, which ends by itself, by a kill, or with the power. */
async function live(world: World): Promise<void> {
  const { random, rig } = world;
  const dies = random() < 0.85;
  const death = dies ? rig.disk.cutAfter(upTo(random, 70)) : new Promise<never>(() => {});
  if (random() < 0.3) rig.disk.syncFaults.push(...Array.from({ length: upTo(random, 12) }, () => faultOf(random)));
  await Promise.race([death, work(world)]);
  await turnOfLoop();
  world.lives++;
  rig.die(random() < 0.3 ? undefined : upTo(random, 2 ** 31));
}

const faultOf = (random: Random): 'EIO' | 'ENOSPC' | undefined => {
  const luck = random();
  return luck < 0.25 ? 'EIO' : luck < 0.35 ? 'ENOSPC' : undefined;
};

async function work(world: World): Promise<void> {
  const { random, rig, lives } = world;
  const ledger = await openIn(world);
  const drainer = random() < 0.5 ? drain(world, ledger) : undefined;
  for (let steps = upTo(random, 16); steps > 0 && lives === world.lives; steps--) {
    const luck = random();
    if (luck < 0.6) tellSome(world, ledger);
    else if (luck < 0.65) world.isStoreAway = !world.isStoreAway;
    else if (luck < 0.68) fillDisk(world);
    else if (luck < 0.88) await turnOfLoop();
    else await rig.clock.advance(upTo(random, 3) * 12_000);
  }
  if (random() < 0.5) return await turnOfLoop();
  await drainer?.close();
  await ledger.close();
}

/** Almost full, or as good as endless again. */
function fillDisk(world: World): void {
  const { random, rig } = world;
  const isFull = rig.disk.room < Number.POSITIVE_INFINITY;
  rig.disk.room = isFull ? Number.POSITIVE_INFINITY : rig.disk.used + upTo(random, 3000);
  world.wasFull = true;
}

async function openIn(world: World): Promise<Ledger> {
  const { rig, boot, random } = world;
  const ledger = await rig.open({ disk: boot(), limits: { segmentBytes: 2000 + upTo(random, 10_000) } });
  world.tornTails += ledger.stats().tornTails;
  return ledger;
}

function tellSome({ random, told, acknowledged }: World, ledger: Ledger): void {
  for (let n = 1 + upTo(random, 5); n > 0; n--) {
    const callSid = CALLS[upTo(random, CALLS.length)]!;
    const fact = turn(told.length, callSid, 'ש'.repeat(upTo(random, random() < 0.1 ? 3000 : 100)));
    told.push(fact);
    if (random() < 0.3) ledger.note(fact);
    else
      ledger.append(fact).then(
        () => acknowledged.add(nameOf(fact)),
        () => {},
      ); // refused: need not be there
  }
}

function drain(world: World, ledger: Ledger): Drainer {
  return openDrainer({
    backlog: ledger.backlog,
    clock: world.rig.clock,
    onError: (error) => void world.rig.errors.push(error),
    apply: async (facts) => {
      if (world.isStoreAway) throw new Error('away');
      world.store.push(...facts);
    },
  });
}

/** What is wrong in the end; nothing in a good world. */
async function faultsOf(world: World): Promise<readonly string[]> {
  const { told, acknowledged, store } = world;
  const ledger = await openIn(world);
  const left = await readAll(ledger);
  await ledger.close();
  const indexOf = new Map(told.map((fact, i) => [nameOf(fact), i]));
  const there = [...new Set([...store, ...left].map(nameOf))];
  return [
    ...[...acknowledged].filter((name) => !there.includes(name)).map((name) => `lost ${name}`),
    ...CALLS.filter(
      (callSid) =>
        !isRising(
          there.filter((name) => name.startsWith(callSid)),
          indexOf,
        ),
    ),
    ...(isRising(left.map(nameOf), indexOf) ? [] : ['the ledger is out of order, or has a fact twice']),
    ...[...store, ...left].filter((fact) => !isAsTold(fact, told[indexOf.get(nameOf(fact)) ?? -1])).map(nameOf),
    ...world.rig.errors.filter(({ code }) => !isToBeExpected(code, world)).map(String),
  ];
}

function isToBeExpected(code: string, { rig, wasFull }: World): boolean {
  if (code === 'ledger-store-away') return true;
  if (code === 'ledger-fact-refused') return false;
  // After a failed sync, a killed process's successor reads what will never be written; nobody was told that it is there.
  if (code === 'ledger-damaged') return rig.disk.failedSyncs > 0;
  return wasFull || rig.disk.failedSyncs > 0;
}

const isRising = (names: readonly string[], indexOf: ReadonlyMap<string, number>): boolean =>
  names.every((name, i) => i === 0 || indexOf.get(name)! > indexOf.get(names[i - 1]!)!);

const isAsTold = (fact: Fact, told: Fact | undefined): boolean => JSON.stringify(fact) === JSON.stringify(told);

interface Seen {
  acknowledged: number;
  failedSyncs: number;
  tornTails: number;
}

const createSeen = (): Seen => ({ acknowledged: 0, failedSyncs: 0, tornTails: 0 });

async function run(seed: number, options: WorldOptions, seen: Seen): Promise<readonly string[]> {
  const world = createWorld(seed, options);
  for (let lives = 1 + upTo(world.random, 4); lives > 0; lives--) await live(world);
  const faults = await faultsOf(world);
  seen.acknowledged += world.acknowledged.size;
  seen.failedSyncs += world.rig.disk.failedSyncs;
  seen.tornTails += world.tornTails;
  return faults;
}

/** The first seed that goes wrong, if one does. */
async function firstFault(seeds: number, options: WorldOptions = {}, seen = createSeen()): Promise<unknown> {
  for (let seed = 1; seed <= seeds; seed++) {
    const faults = await run(seed, options, seen);
    if (faults.length > 0) return { seed, faults };
  }
  return undefined;
}

test(`${SEEDS} machines lose power, processes and syncs at any moment`, async () => {
  const seen = createSeen();
  expect(await firstFault(SEEDS, {}, seen)).toBeUndefined();
  expect(seen.acknowledged, 'the ledgers were at work').toBeGreaterThan(10 * SEEDS);
  expect(seen.failedSyncs).toBeGreaterThan(SEEDS / 4);
  expect(seen.tornTails).toBeGreaterThan(SEEDS / 20);
}, 60_000);

describe('the same test notices', () => {
  test('a disk that does not sync files', async () => {
    expect(await firstFault(100, { lies: 'file-sync' })).toBeDefined();
  });

  test('a disk that does not sync names', async () => {
    expect(await firstFault(100, { lies: 'folder-sync' })).toBeDefined();
  });

  test('a ledger that asks a failed sync again and believes the answer', async () => {
    expect(await firstFault(300, { naive: true })).toBeDefined();
  });
});

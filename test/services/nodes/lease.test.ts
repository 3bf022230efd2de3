/** A node's name and its lease: by the database's time, renewed, refused, taken over. */
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/core/errors.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { liveNodes } from '../../../src/store/cluster/nodes.ts';
import { newTenant, useStore } from '../store/engines.ts';
import { pass, type WatchedStore, watchStore } from './idle.ts';
import { Member, type MemberOptions } from './member.ts';

const held = useStore('postgres');
const members: Member[] = [];
let store: WatchedStore;
let clock: VirtualClock;
let name: string;

beforeEach(() => {
  store = watchStore(held.store);
  clock = new VirtualClock();
  name = newTenant();
});
afterEach(async () => {
  await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
});

function start(options: Partial<MemberOptions> = {}): Member {
  const member = new Member(store, { tenant: name, node: name, clock, ...options });
  members.push(member);
  return member;
}

const stateOf = async ({ cluster }: Member): Promise<string> =>
  Promise.race([
    cluster.joined.then(
      () => 'joined',
      (error: unknown) => (error instanceof ConfigError ? `refused: ${error.key}` : `failed: ${error}`),
    ),
    new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('waiting')))),
  ]);

/** As a process that is killed, or stopped: nothing of it runs any more, and its lease stays. */
function stop(member: Member): void {
  members.splice(members.indexOf(member), 1);
}

describe('a name', () => {
  test('is refused to a second process while the first lives, with a plain word about it', async () => {
    const first = start();
    await pass(clock, store, 100);
    const second = start();
    await pass(clock, store, 6_000);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['joined', 'refused: KAV_NODE']);
    expect(second.cluster.notReady).toBe('name-taken');
    expect(second.lines.map(({ event }) => event)).toContain('NODE_NAME_TAKEN');
    expect(first.cluster.notReady).toBeUndefined();
    await first.cluster.close();
    await pass(clock, store, 3_000);
    expect(second.cluster.notReady, 'it is free now').toBeUndefined();
  });

  test('of a process that is surely dead is free at once', async () => {
    const first = start({ clock: new VirtualClock() });
    await first.cluster.joined;
    stop(first);
    const second = start({ isGone: () => true });
    await pass(clock, store, 1_000);
    expect(await stateOf(second)).toBe('joined');
  });

  test('of a process that is silent is free after a while, and the sleeper that wakes up knows', async () => {
    const sleeping = new VirtualClock();
    const first = start({ clock: sleeping });
    await first.cluster.joined;
    await store.idle();
    const second = start();
    await pass(clock, store, 4_000);
    expect(await stateOf(second)).toBe('waiting');
    await pass(clock, store, 2_000);
    expect(await stateOf(second)).toBe('joined');
    sleeping.stall(30_000);
    for (let round = 0; round < 4; round++) {
      await pass(sleeping, store, 1_000);
      await pass(clock, store, 1_000);
    }
    expect([first.cluster.notReady, second.cluster.notReady]).toEqual(['name-taken', undefined]);
  });
});

describe('a lease', () => {
  test('is renewed for as long as the process runs, and given back at its end', async () => {
    const member = start();
    await pass(clock, store, 100);
    const leaseOf = async () => (await liveNodes(held.store.db)).find(({ node }) => node === name)?.lease_until;
    const before = await leaseOf();
    await pass(clock, store, 30_000, 1_000);
    const after = await leaseOf();
    expect(after!.getTime()).toBeGreaterThan(before!.getTime());
    await member.cluster.close();
    expect(await leaseOf()).toBeUndefined();
  });

  test('tells who else is there, without those that are leaving', async () => {
    const names = [name, `2.${name}`, `3.${name}`];
    const nodes = names.map((node) => start({ node }));
    await pass(clock, store, 4_000);
    expect(nodes.map(({ cluster }) => cluster.hasOthers)).toEqual([true, true, true]);
    await held.store.db.updateTable('nodes').set({ is_draining: true }).where('node', 'not in', names).execute();
    nodes[1]!.cluster.drain();
    await nodes[2]!.cluster.close();
    await pass(clock, store, 4_000);
    expect(nodes[0]!.cluster.hasOthers, 'one is leaving, one has left').toBe(false);
    expect(nodes[1]!.cluster.hasOthers).toBe(true);
  });

  test('that is over for us makes us ask before we act; the store being away, we act', async () => {
    const member = start();
    await pass(clock, store, 100);
    await member.claim('CA1', 1);
    expect(member.cluster.mayAct('CA1')).toBe(true);
    clock.stall(30_000);
    const asked = member.cluster.mayAct('CA1');
    expect(asked).toBeInstanceOf(Promise);
    expect(await asked).toBe(true);
  });

  test("gives everybody the database's time, whatever their own clocks say", async () => {
    const [slow, fast] = [-90_000, 90_000].map((offMs, i) =>
      start({ node: `${i}.${name}`, date: () => new Date(Date.now() + offMs) }),
    ) as [Member, Member];
    await pass(clock, store, 100);
    const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(held.store.db);
    for (const { cluster } of [slow, fast]) {
      expect(Math.abs(cluster.date().getTime() - rows[0]!.at.getTime())).toBeLessThan(5_000);
    }
    const token = slow.cluster.date().getTime();
    expect(await fast.claim('CA1', 1, { issuedAt: token })).toEqual({ type: 'claimed' });
  });

  test('is by the time of the database: clocks that are 90 s apart keep nobody alive and kill nobody', async () => {
    const other = start({ node: `other.${name}`, date: () => new Date(Date.now() - 90_000) });
    const one = start({ date: () => new Date(Date.now() + 90_000) });
    await pass(clock, store, 4_000);
    expect([one.cluster.hasOthers, other.cluster.hasOthers]).toEqual([true, true]);
  });
});

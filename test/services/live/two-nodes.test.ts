/** Looking on and stepping in from another node than the one that has the call, over a real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CallAction, LiveLine } from '../../../src/api/contract/live.ts';
import { ApiRefusal } from '../../../src/api/handler.ts';
import { createLiveHandlers } from '../../../src/api/live/handlers.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { storeBus } from '../../../src/live/bus/bus.ts';
import { type OpenCluster, openCluster } from '../../../src/nodes/cluster.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { keepLog } from '../../../src/server/server.fixture.ts';
import { listAudit } from '../../../src/store/queries/audit.ts';
import { openStore } from '../../../src/store/store.ts';
import { LookedOnOffice } from '../../live/looked-on.ts';
import { Line, wait, waitForAgent } from '../../scenarios/whole-call.ts';
import { freshDatabase, insist } from '../store/engines.ts';
import { FollowingClock } from './real-time.ts';

const TENANT = 'default';
const NO_LIMITS = { node: 100, tenant: 100, total: 100 };

/** One Kav of several: its calls in memory, its word with the others through the database. */
class Node {
  readonly clock = new FollowingClock();
  readonly looked: LookedOnOffice;
  readonly cluster: OpenCluster;

  private constructor(looked: LookedOnOffice, cluster: OpenCluster, clock: FollowingClock) {
    this.clock.stop();
    this.clock = clock;
    this.looked = looked;
    this.cluster = cluster;
  }

  static async open(database: { readonly databaseUrl?: string }, node: string): Promise<Node> {
    const store = openStore({ ...database, clock: createRealClock() });
    await store.ready;
    const clock = new FollowingClock();
    const real = createRealClock();
    const cluster = openCluster({
      store,
      clock: real,
      log: keepLog().log,
      metrics: createMetrics(),
      tenant: TENANT,
      node,
      process: `${node}/${process.pid}`,
      isGone: () => false,
      version: 'test',
      isAlone: false,
      limits: NO_LIMITS,
      date: () => new Date(),
      settled: async () => {},
    });
    await cluster.joined;
    const looked = await LookedOnOffice.open({
      node,
      store,
      clock,
      cluster,
      bus: storeBus(store, TENANT),
      date: () => new Date(),
      keep: (fact) => void insist(() => store.apply([fact])),
    });
    return new Node(looked, cluster, clock);
  }

  get handlers() {
    const { live, store } = this.looked;
    return createLiveHandlers({ live, store, cluster: this.cluster, tenant: TENANT });
  }

  act(callSid: string, action: CallAction, actor = 'ann@office', actionId = randomUUID()) {
    const caller = { tenant: TENANT, actor, userId: actor, role: 'operator', sessionHash: 'h' } as const;
    return this.handlers
      .act({ caller, params: { callSid }, query: undefined, body: { actionId, action }, range: undefined })
      .then(({ outcome }) => outcome as string)
      .catch((error: unknown) => {
        if (error instanceof ApiRefusal) return `${error.status} ${error.code}`;
        throw error;
      });
  }

  async close(): Promise<void> {
    await this.looked.close();
    await this.cluster.close();
    this.clock.stop();
  }
}

let one: Node;
let two: Node;
let line: Line;
beforeAll(async () => {
  const database = await freshDatabase('postgres');
  [one, two] = await Promise.all([Node.open(database, 'node-1'), Node.open(database, 'node-2')]);
  line = new Line(one.looked.office, 1, [waitForAgent, wait(600_000)]);
  await line.announced;
  line.phone.start();
});
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
});

const callOf = async () => {
  const { calls } = await two.handlers['live-calls']({
    caller: { tenant: TENANT, actor: 'x', userId: 'x', role: 'viewer', sessionHash: 'h' },
    params: undefined,
    query: undefined,
    body: undefined,
    range: undefined,
  });
  return calls;
};

describe('from another node', () => {
  test('a call is listed for whoever asks once', async () => {
    await vi.waitFor(async () => expect(await callOf()).toMatchObject([{ callSid: line.callSid, node: 'node-1' }]), {
      timeout: 20_000,
    });
  });

  test('it is followed, heard, taken over, spoken into, and goes on when the browser is closed', async () => {
    const watcher = await two.looked.watcher();
    watcher.send({ type: 'hello' });
    await watcher.next('calls');
    await vi.waitFor(() => expect(two.looked.live.watchers).toBe(1));
    await vi.waitFor(async () => expect(await callOf()).toHaveLength(1));
    watcher.send({ type: 'follow', callSid: line.callSid });
    const { isFirst, lines } = await watcher.next('lines');
    expect(isFirst).toBe(true);
    const hasGreeting = (some: readonly LiveLine[]) => some.some((one) => one.type === 'turn' && one.who === 'agent');
    if (!hasGreeting(lines)) await watcher.next('lines', (message) => hasGreeting(message.lines));

    watcher.send({ type: 'listen', callSid: line.callSid });
    await watcher.next('listening');
    expect(await two.act(line.callSid, { type: 'say', text: 'This is said from afar, and heard from afar.' })).toBe(
      'done',
    );
    const sounds = (side: number): boolean =>
      watcher.audio.some((piece) => piece[0] === side && piece.subarray(8).some((byte) => byte !== 0xff));
    await watcher.until(() => sounds(1));
    await watcher.next('lines', (message) =>
      message.lines.some((one) => one.type === 'action' && one.action === 'say' && one.by === 'ann@office'),
    );

    expect(await two.act(line.callSid, { type: 'take-over' })).toBe('done');
    expect(await one.act(line.callSid, { type: 'take-over' }, 'ben@office')).toBe('409 taken');
    await watcher.next('changed', ({ calls }) => calls[0]?.takenOverBy === 'ann@office');
    const before = line.received.length;
    const voice = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(800, 0x20)]);
    for (let i = 0; i < 5; i++) watcher.socket.send(voice);
    await vi.waitFor(
      () =>
        expect(line.received.slice(before).filter(({ text }) => text.includes('"media"')).length).toBeGreaterThan(20),
      { timeout: 5_000 },
    );

    watcher.socket.close();
    await vi.waitFor(() => expect(one.looked.office.facts.at(-1)).toMatchObject({ type: 'turn', who: 'agent' }), {
      timeout: 20_000,
      interval: 200,
    });
    const acts = one.looked.office.facts.flatMap((fact) => (fact.type === 'operator-act' ? [fact.act] : []));
    expect(acts).toEqual(['say', 'take-over', 'give-back']);
    const turns = one.looked.office.facts.flatMap((fact) => (fact.type === 'turn' ? [[fact.who, fact.text]] : []));
    expect(turns, 'as far as it was heard').toContainEqual(['operator', expect.stringMatching(/^This/)]);
    expect(turns).toContainEqual(['operator', '[operator]']);
  });

  test('an action is carried out once, whoever asks again and wherever, and the audit log tells of it', async () => {
    const says = () =>
      one.looked.office.facts.filter((fact) => fact.type === 'operator-act' && fact.act === 'say').length;
    const before = says();
    const id = randomUUID();
    const say = { type: 'say', text: 'Once.' } as const;
    const outcomes = await Promise.all(
      [one, two, one, two].map((node) => node.act(line.callSid, say, 'ann@office', id)),
    );
    expect(outcomes.sort()).toEqual(['done', 'done-before', 'done-before', 'done-before']);
    expect(await two.act(line.callSid, say, 'ann@office', id)).toBe('done-before');
    expect(await two.act(line.callSid, say, 'ben@office', id)).toBe('409 action-id-used');
    expect(says() - before).toBe(1);
    const audit = await listAudit(two.looked.store.db, TENANT, { limit: 100 });
    const once = audit.filter(({ details }) => JSON.stringify(details).includes(id));
    expect(once).toMatchObject([{ actor: 'ann@office', action: 'call.say', subject: line.callSid }]);
    expect(JSON.stringify(audit), 'no words in the audit log').not.toContain('Once.');
  });

  test('what cannot be done is refused with its reason, and stays refused', async () => {
    const id = randomUUID();
    expect(await two.act(line.callSid, { type: 'give-back' }, 'ann@office', id)).toBe('409 not-taken');
    expect(await one.act(line.callSid, { type: 'give-back' }, 'ann@office', id)).toBe('409 not-taken');
    expect(await two.act(line.callSid, { type: 'mute-recording', muted: true })).toBe('409 not-recorded');
    expect(await two.act(`CA${'9'.repeat(32)}`, { type: 'hang-up' })).toBe('409 call-gone');
  });

  test('the call is ended, and is gone from the list', async () => {
    expect(await two.act(line.callSid, { type: 'hang-up' })).toBe('done');
    await vi.waitFor(() => expect(line.end).toBe('server'), { timeout: 20_000, interval: 100 });
    await vi.waitFor(async () => expect(await callOf()).toEqual([]), { timeout: 20_000 });
    expect(await two.act(line.callSid, { type: 'hang-up' })).toBe('409 call-gone');
  });
});

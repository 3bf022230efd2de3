/** Several nodes on one PostgreSQL: races, limits, and what they tell each other. */
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { freshDatabase, newTenant, useStore } from '../store/engines.ts';
import { factOf, OPENED, turn } from '../store/facts.ts';
import { callOf, Member, type MemberOptions } from './member.ts';

const held = useStore('postgres');
const members: Member[] = [];
afterEach(async () => {
  await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
});

async function open(tenant: string, node: string, options: Partial<MemberOptions> = {}, store: Store = held.store) {
  const member = new Member(store, { tenant, node: `${node}.${tenant}`, ...options });
  members.push(member);
  await member.cluster.joined;
  return member;
}

/** As if the node had died so long ago that its lease is over. */
const expire = ({ cluster }: Member) =>
  held.store.db
    .updateTable('nodes')
    .set({ lease_until: sql<Date>`now() - interval '1 second'` })
    .where('node', '=', cluster.node)
    .execute();

/** Counting is exact however long it takes, and a machine under test may be slow. */
const real = createRealClock();
const patient: Clock = { now: () => real.now() / 20, at: (time, wake) => real.at(time * 20, wake) };

const upTo = (count: number) => Array.from({ length: count }, (_, i) => `CA${i}`);

describe('a call', () => {
  test('is taken by exactly one of a hundred streams that bring its token to two nodes', async () => {
    const tenant = newTenant();
    const nodes = [await open(tenant, 'a'), await open(tenant, 'b')];
    const racers = upTo(100).map((name, i) => nodes[i % 2]!.claim('CA1', 1, { streamSid: `MZ-${name}` }));
    const claimed = await Promise.all(racers);
    expect(claimed.filter(({ type }) => type === 'claimed')).toHaveLength(1);
    const refused = claimed.filter((answer) => answer.type === 'refused');
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['token-used']));
  });

  test('that another node takes over is lost within a moment', async () => {
    const tenant = newTenant();
    const [before, after] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await before.claim('CA1', 1);
    await before.claim('CA2', 1);
    await after.claim('CA1', 2);
    await before.until(() => before.lost.length > 0);
    expect(before.lost).toEqual(['CA1']);
    expect([...before.serves.keys()]).toEqual(['CA2']);
  });

  test('that another node only opened, or had before, is not lost', async () => {
    const tenant = newTenant();
    const [other, here] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await held.store.apply([factOf(OPENED, { tenant, node: other.cluster.node, fence: 0 })]);
    here.serves.set('CA1', 1); // its claim was not answered, so the store does not know
    await here.claim('CA2', 1);
    await other.claim('CA2', 2);
    await here.until(() => here.lost.length > 0);
    expect(here.lost).toEqual(['CA2']);
  });

  test('is not acted for by a node that has slept and lost it meanwhile', async () => {
    const tenant = newTenant();
    const clock = createRealClock();
    let sleptMs = 0;
    const sleepy = { now: () => clock.now() + sleptMs, at: () => () => {} };
    const [before, after] = [await open(tenant, 'a', { clock: sleepy }), await open(tenant, 'b')];
    await before.claim('CA1', 1);
    await before.claim('CA2', 1);
    await after.claim('CA1', 2);
    sleptMs = 30_000;
    expect(await before.cluster.mayAct('CA1')).toBe(false);
    expect(before.lost).toContain('CA1');
    expect(await before.cluster.mayAct('CA2')).toBe(true);
  });
});

describe('places', () => {
  const hundred = { node: 1_000, tenant: 100, total: 1_000_000 };

  test.each([
    ['tenant', hundred],
    ['node', { ...hundred, tenant: 1_000, node: 25 }],
  ] as const)('are given up to the limit of a %s and never one more, to four nodes at once', async (limit, limits) => {
    const tenant = newTenant();
    const { databaseUrl = '', ...rest } = await freshDatabase('postgres');
    const clock = createRealClock();
    const stores = upTo(4).map(() => openStore({ ...rest, databaseUrl, clock }));
    await Promise.all(stores.map(({ ready }) => ready));
    const nodes = await Promise.all(stores.map((store, i) => open(tenant, `${i}`, { limits, clock: patient }, store)));
    const asked = nodes.flatMap(({ cluster }) =>
      upTo(100).map((callSid) => cluster.admit(callOf(callSid + cluster.node))),
    );
    const answers = await Promise.all(asked);
    await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
    await Promise.all(stores.map((store) => store.close()));
    expect(answers.filter((answer) => answer?.type === 'admitted')).toHaveLength(100);
    const refused = answers.filter((answer) => answer?.type === 'refused');
    expect(new Set(refused.map(({ limit }) => limit))).toEqual(new Set([limit]));
  });

  test('are counted over all tenants for the limit of all nodes', async () => {
    const limits = { node: 1_000, tenant: 1_000, total: 3 };
    const store = openStore({ ...(await freshDatabase('postgres')), clock: createRealClock() });
    await store.ready;
    const [a, b] = [await open(newTenant(), 'a', { limits }, store), await open(newTenant(), 'b', { limits }, store)];
    for (const callSid of ['CA1', 'CA2']) await a.cluster.admit(callOf(callSid));
    expect(await b.cluster.admit(callOf('CA1'))).toEqual({ type: 'admitted' });
    expect(await b.cluster.admit(callOf('CA2'))).toEqual({ type: 'refused', reason: 'full', limit: 'total' });
    await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
    await store.close();
  });

  test('are one for each call, and free when the call is over or its node is dead', async () => {
    const tenant = newTenant();
    const limits = { ...hundred, tenant: 2 };
    const [a, b] = [await open(tenant, 'a', { limits }), await open(tenant, 'b', { limits })];
    const admit = async (member: Member, callSid: string) => (await member.cluster.admit(callOf(callSid)))?.type;
    expect(await admit(a, 'CA1')).toBe('admitted');
    expect(await admit(a, 'CA1')).toBe('admitted');
    expect(await admit(b, 'CA1'), "Twilio's repeat on another node").toBe('admitted');
    expect(await admit(b, 'CA2')).toBe('admitted');
    expect(await admit(b, 'CA3')).toBe('refused');
    a.cluster.release('CA1');
    await a.cluster.close();
    expect(await admit(b, 'CA3')).toBe('admitted');
    const c = await open(tenant, 'c', { limits });
    expect(await admit(c, 'CA4')).toBe('refused');
    await expire(b);
    expect(await admit(c, 'CA4')).toBe('admitted');
    expect(await admit(c, 'CA2'), 'of a dead node').toBe('admitted');
    expect(await admit(c, 'CA5')).toBe('refused');
  });

  test('of calls whose stream never came are free after a while; those of calls with one are not', async () => {
    const tenant = newTenant();
    const limits = { ...hundred, tenant: 2 };
    const member = await open(tenant, 'a', { limits });
    await member.cluster.admit(callOf('CA1'));
    await member.cluster.admit(callOf('CA2'));
    await member.claim('CA1', 1);
    const longAgo = sql<Date>`now() - interval '91 seconds'`;
    await held.store.db.updateTable('places').set({ admitted_at: longAgo }).where('tenant', '=', tenant).execute();
    expect(await member.cluster.admit(callOf('CA3'))).toEqual({ type: 'admitted' });
    expect(await member.cluster.admit(callOf('CA4'))).toMatchObject({ type: 'refused' });
  });

  test('move with the call', async () => {
    const tenant = newTenant();
    const limits = { ...hundred, node: 1 };
    const [a, b] = [await open(tenant, 'a', { limits }), await open(tenant, 'b', { limits })];
    await a.cluster.admit(callOf('CA1'));
    await b.claim('CA1', 1);
    expect(await a.cluster.admit(callOf('CA2'))).toEqual({ type: 'admitted' });
    expect(await b.cluster.admit(callOf('CA3'))).toMatchObject({ type: 'refused', limit: 'node' });
  });
});

describe('the end of a stream', () => {
  test('is judged by the node that had it', async () => {
    const tenant = newTenant();
    const [owner, asked] = [await open(tenant, 'a'), await open(tenant, 'b')];
    for (const callSid of ['CA1', 'CA2', 'CA3']) await owner.claim(callSid, 1);
    owner.answers.set('CA1', { type: 'done' });
    owner.answers.set('CA2', { type: 'apologise' });
    expect(await asked.cluster.afterwards('CA1')).toEqual({ type: 'done' });
    expect(await asked.cluster.afterwards('CA2')).toEqual({ type: 'apologise' });
    expect(await asked.cluster.afterwards('CA3'), 'it does not know').toEqual({ type: 'resume', attempt: 2 });
  });

  test('is answered when what led to it is in the store, for whoever goes on', async () => {
    const tenant = newTenant();
    const told = { tenant, node: `a.${tenant}` };
    const settled = async () => void (await held.store.apply([factOf(turn(0, 'the last words'), told)]));
    const [owner, asked] = [await open(tenant, 'a', { settled }), await open(tenant, 'b')];
    await held.store.apply([factOf(OPENED, told)]);
    await owner.claim('CA1', 1);
    owner.answers.set('CA1', { type: 'resume', attempt: 2 });
    expect(await asked.cluster.afterwards('CA1')).toEqual({ type: 'resume', attempt: 2 });
    const claimed = await asked.claim('CA1', 2, { wantsPast: true });
    expect(claimed).toMatchObject({ past: { turns: [{ text: 'the last words' }] } });
  });

  test('that the owner of an ended call could not say aloud is still apologised for', async () => {
    const tenant = newTenant();
    const [owner, asked] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await owner.claim('CA1', 1);
    owner.answers.set('CA1', { type: 'apologise' });
    const told = { tenant, node: owner.cluster.node };
    await held.store.apply([factOf(OPENED, told), factOf({ type: 'call-ended', reason: 'replies-failed' }, told)]);
    expect(await asked.cluster.afterwards('CA1')).toEqual({ type: 'apologise' });
    await owner.cluster.close();
    expect(await asked.cluster.afterwards('CA1')).toEqual({ type: 'done' });
  });

  test('on a node that is dead or does not answer goes on', async () => {
    const tenant = newTenant();
    const [owner, asked] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await owner.claim('CA1', 1);
    owner.answers.set('CA1', { type: 'done' });
    await held.store.db.updateTable('nodes').set({ run: 'stopped' }).where('node', '=', owner.cluster.node).execute();
    const before = performance.now();
    expect(await asked.cluster.afterwards('CA1'), 'it is asked in vain').toEqual({ type: 'resume', attempt: 2 });
    expect(performance.now() - before).toBeLessThan(1_500);
    await expire(owner);
    expect(await asked.cluster.afterwards('CA1')).toEqual({ type: 'resume', attempt: 2 });
  });
});

describe('a command', () => {
  test('is carried out once, by the node that has the call, and answered', async () => {
    const tenant = newTenant();
    const [owner, asks] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await owner.claim('CA1', 1);
    const command = { name: 'hang-up', body: { because: 'a person asked' } };
    const sent = await Promise.all(upTo(20).map(() => asks.cluster.send('CA1', command, 3_000)));
    expect(sent).toEqual(sent.map(() => ({ type: 'done', answer: { by: owner.cluster.node } })));
    expect(owner.performed).toEqual(sent.map(() => ({ callSid: 'CA1', command })));
    expect(asks.performed).toEqual([]);
  });

  test('that nobody knows, that breaks, and for a call that is over, are answered as such', async () => {
    const tenant = newTenant();
    const [owner, asks] = [await open(tenant, 'a'), await open(tenant, 'b')];
    await owner.claim('CA1', 1);
    const send = (name: string, callSid = 'CA1') => asks.cluster.send(callSid, { name, body: null }, 3_000);
    expect(await send('dance')).toEqual({ type: 'refused', reason: 'unknown-command' });
    expect(await send('break')).toEqual({ type: 'refused', reason: 'failed' });
    owner.serves.delete('CA1');
    expect(await send('hang-up')).toEqual({ type: 'refused', reason: 'no-such-call' });
    expect(await send('hang-up', 'CA2')).toEqual({ type: 'gone' });
    await expire(owner);
    expect(await send('hang-up')).toEqual({ type: 'gone' });
  });

  test('is found without its notification', async () => {
    const tenant = newTenant();
    const mute = { ...held.store, notify: () => {} };
    const [owner, asks] = [await open(tenant, 'a'), await open(tenant, 'b', {}, mute)];
    await owner.claim('CA1', 1);
    expect(await asks.cluster.send('CA1', { name: 'hang-up', body: null }, 5_000)).toMatchObject({ type: 'done' });
  });

  test('is not carried out after its time, nor for another tenant', async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    const stopped = { ...createRealClock(), at: () => () => {} };
    const [owner, asks] = [await open(tenant, 'a', { clock: stopped }), await open(tenant, 'b')];
    await owner.claim('CA1', 1);
    const deaf = held.store.db.updateTable('nodes').set({ run: 'later' }).where('node', '=', owner.cluster.node);
    await deaf.execute();
    expect(await asks.cluster.send('CA1', { name: 'hang-up', body: null }, 150)).toEqual({ type: 'silent' });
    const stranger = await open(other, 'c');
    expect(await stranger.cluster.send('CA1', { name: 'hang-up', body: null }, 150)).toEqual({ type: 'gone' });
    const { takeCommands } = await import('../../../src/store/queries/commands.ts');
    expect(await takeCommands(held.store.db, tenant, 'later'), 'its time is over').toEqual([]);
    expect(owner.performed).toEqual([]);
  });
});

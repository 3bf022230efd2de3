/** What every cluster promises to the switchboard, whatever the store beneath it is. */
import { afterEach, describe, expect, test } from 'vitest';
import { ENGINES, newTenant, useStore } from '../store/engines.ts';
import { factOf, OPENED, turn } from '../store/facts.ts';
import { callOf, Member, type MemberOptions } from './member.ts';

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);
  const members: Member[] = [];
  afterEach(async () => {
    await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
  });

  async function open(tenant = newTenant(), options: Partial<MemberOptions> = {}): Promise<Member> {
    const member = new Member(held.store, { tenant, node: `node-of-${tenant}`, ...options });
    members.push(member);
    await member.cluster.joined;
    return member;
  }

  test('a token is good for one stream, whoever brings it again', async () => {
    const member = await open();
    expect(await member.claim('CA1', 1)).toEqual({ type: 'claimed' });
    expect(await member.claim('CA1', 1), 'the same stream asks again').toEqual({ type: 'claimed' });
    const other = { streamSid: 'MZ-other' };
    expect(await member.claim('CA1', 1, other)).toEqual({ type: 'refused', reason: 'token-used' });
    expect(await member.claim('CA1', 2)).toEqual({ type: 'claimed' });
    expect(await member.claim('CA1', 1, other), 'an older one').toEqual({ type: 'refused', reason: 'token-used' });
  });

  test('a token that is too old by the time of the database is refused', async () => {
    const member = await open();
    const now = member.cluster.date().getTime();
    expect(await member.claim('CA1', 1, { issuedAt: now - 61_000 })).toEqual({
      type: 'refused',
      reason: 'token-expired',
    });
    expect(await member.claim('CA1', 1, { issuedAt: now - 55_000 })).toEqual({ type: 'claimed' });
  });

  test('a stream that began while the store was away has used its token by its facts', async () => {
    const member = await open();
    const told = { tenant: member.cluster.node.slice('node-of-'.length), node: 'node-9' };
    await held.store.apply([factOf({ type: 'stream-started', streamSid: 'MZ7', attempt: 1 }, told)]);
    expect(await member.claim('CA1', 1)).toEqual({ type: 'refused', reason: 'token-used' });
    expect(await member.claim('CA1', 1, { streamSid: 'MZ7' })).toEqual({ type: 'claimed' });
  });

  test('whoever takes a call over knows it so far', async () => {
    const tenant = newTenant();
    const [, after] = [await open(tenant), await open(tenant, { node: `another-of-${tenant}` })];
    const told = { tenant, node: `node-of-${tenant}` };
    await held.store.apply([
      factOf(OPENED, told),
      factOf({ type: 'stream-started', streamSid: 'MZ1', attempt: 1 }, told),
      factOf(turn(0, 'Hello, this is Leah.'), told),
      factOf({ type: 'heard', reply: 2, afterTurns: 1, text: 'I need a plumber' }, told),
    ]);
    const claimed = await after.claim('CA1', 2, { wantsPast: true });
    expect(claimed).toMatchObject({
      type: 'claimed',
      past: {
        call: { callSid: 'CA1', from: '+972541234567' },
        turns: [
          { who: 'agent', text: 'Hello, this is Leah.' },
          { who: 'caller', text: 'I need a plumber' },
        ],
        recordedTurns: 1,
        streams: 1,
      },
    });
  });

  test('a past that only arrives while it is asked for is there', async () => {
    const tenant = newTenant();
    const member = await open(tenant);
    const claiming = member.claim('CA1', 1, { wantsPast: true });
    await held.store.apply([factOf(OPENED, { tenant })]);
    expect(await claiming).toMatchObject({ type: 'claimed', past: { call: { from: '+972541234567' }, streams: 0 } });
  });

  test('after a stream: an ended call is done, a lost one goes on twice, then comes the apology', async () => {
    const tenant = newTenant();
    const member = await open(tenant);
    const told = { tenant, node: 'a dead one' };
    expect(await member.cluster.afterwards('CA1'), 'nobody knows the call').toEqual({ type: 'resume', attempt: 2 });
    await held.store.apply([factOf(OPENED, { ...told, fence: 0 })]);
    expect(await member.cluster.afterwards('CA1'), 'no stream came').toEqual({ type: 'resume', attempt: 2 });
    await held.store.apply([factOf({ type: 'stream-started', streamSid: 'MZ2', attempt: 2 }, { ...told, fence: 2 })]);
    expect(await member.cluster.afterwards('CA1')).toEqual({ type: 'resume', attempt: 3 });
    await held.store.apply([factOf({ type: 'stream-started', streamSid: 'MZ3', attempt: 3 }, { ...told, fence: 3 })]);
    expect(await member.cluster.afterwards('CA1')).toEqual({ type: 'apologise' });
    await held.store.apply([factOf({ type: 'call-ended', reason: 'caller-hung-up' }, { ...told, fence: 3 })]);
    expect(await member.cluster.afterwards('CA1')).toEqual({ type: 'done' });
  });

  test('a process that is started again knows the calls of the one before it', async () => {
    const tenant = newTenant();
    const before = await open(tenant);
    await before.claim('CA1', 1);
    await held.store.apply([factOf(OPENED, { tenant, node: before.cluster.node })]);
    await before.cluster.close();
    const after = await open(tenant);
    expect(await after.cluster.afterwards('CA1')).toEqual({ type: 'resume', attempt: 2 });
    expect(await after.claim('CA1', 2, { wantsPast: true })).toMatchObject({ type: 'claimed', past: { streams: 0 } });
  });

  test('may act, sends to itself at once, and finds nobody for a call that nobody serves', async () => {
    const member = await open();
    await member.claim('CA1', 1);
    expect(member.cluster.mayAct('CA1')).toBe(true);
    const sent = await member.cluster.send('CA1', { name: 'hang-up', body: {} }, 1_000);
    expect(sent).toEqual({ type: 'done', answer: { by: member.cluster.node } });
    expect(await member.cluster.send('CA2', { name: 'hang-up', body: {} }, 1_000)).toEqual({ type: 'gone' });
  });

  test('a store that is away forbids nothing and is said to be unknown', async () => {
    const gone = { ...held.store, db: closedDb(held.store.db) };
    const member = new Member(gone, { tenant: newTenant(), node: newTenant() });
    members.push(member);
    expect(await member.claim('CA1', 1)).toEqual({ type: 'unknown' });
    expect(await member.cluster.afterwards('CA1')).toEqual({ type: 'unknown' });
    expect((await member.cluster.admit(callOf('CA1'))) ?? { type: 'unknown' }).toEqual({ type: 'unknown' });
    expect(await member.cluster.mayAct('CA1')).toBe(engine === 'embedded');
    member.serves.set('CA1', 1);
    expect(await member.cluster.mayAct('CA1')).toBe(true);
    const questions = member.lines.filter(({ event }) => event === 'CLUSTER_UNKNOWN').map((line) => line['question']);
    expect(questions).toEqual(expect.arrayContaining(['claim', 'afterwards']));
  });
});

/** Every statement fails, as with a store that has gone. */
function closedDb<T extends object>(db: T): T {
  return new Proxy(db, {
    get: () => () => {
      throw new Error('the store is away');
    },
  });
}

/** What dead nodes leave behind is tidied up by the living, and nothing else is. */
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { findCall } from '../../../src/store/queries/calls.ts';
import { newTenant, useStore } from '../store/engines.ts';
import { factOf, OPENED } from '../store/facts.ts';
import { pass, type WatchedStore, watchStore } from './idle.ts';
import { callOf, Member } from './member.ts';

const held = useStore('postgres');
const members: Member[] = [];
let store: WatchedStore;
let clock: VirtualClock;
let tenant: string;

beforeEach(() => {
  store = watchStore(held.store);
  clock = new VirtualClock();
  tenant = newTenant();
});
afterEach(async () => {
  await Promise.all(members.splice(0).map(({ cluster }) => cluster.close()));
});

async function start(name: string): Promise<Member> {
  const member = new Member(store, { tenant, node: `${name}.${tenant}`, clock });
  members.push(member);
  await pass(clock, store, 100);
  return member;
}

const minutesAgo = (minutes: number) => sql<Date>`now() - make_interval(mins => ${minutes})`;

/** A call of which nothing has been heard for so long. */
async function silentCall(callSid: string, node: string, minutes: number): Promise<void> {
  await held.store.apply([factOf(OPENED, { tenant, callSid, node })]);
  const calls = held.store.db.updateTable('calls').set({ touched_at: minutesAgo(minutes) });
  await calls.where('tenant', '=', tenant).where('call_sid', '=', callSid).execute();
}

const statesOf = async (callSids: readonly string[]) =>
  Promise.all(callSids.map(async (callSid) => (await findCall(held.store.db, tenant, callSid))?.state));

test('calls that nobody serves any more get an end; those of the living do not', async () => {
  const [one, other] = [await start('one'), await start('other')];
  await silentCall('CA-dead', 'a dead node', 11);
  await silentCall('CA-recent', 'a dead node', 9);
  await silentCall('CA-others', other.cluster.node, 60);
  await silentCall('CA-own', one.cluster.node, 60);
  await silentCall('CA-own-before', one.cluster.node, 60);
  await silentCall('CA-others-before', other.cluster.node, 60);
  one.serves.set('CA-own', 1);
  other.serves.set('CA-others', 1);
  await pass(clock, store, 61_000); // in steps that keep the rounds of both apart: one at a time may tidy
  const names = ['CA-dead', 'CA-recent', 'CA-others', 'CA-own', 'CA-own-before', 'CA-others-before'];
  expect(await statesOf(names)).toEqual(['ended', 'opened', 'opened', 'opened', 'ended', 'ended']);
  const told = [...one.lines, ...other.lines].filter(({ event }) => event === 'CALLS_CLOSED');
  expect(told.reduce((sum, line) => sum + Number(line['calls']), 0)).toBe(3);
});

test('another that tidies keeps us from doing so, until it is done', async () => {
  const one = await start('one');
  await silentCall('CA1', 'a dead node', 60);
  await held.store.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${0x4b61765469}::bigint)`.execute(trx);
    await pass(clock, store, 31_000);
    expect(await statesOf(['CA1'])).toEqual(['opened']);
  });
  await pass(clock, store, 31_000);
  expect(await statesOf(['CA1'])).toEqual(['ended']);
  expect(one.lost).toEqual([]);
});

test('places are free whose release was lost, and whose node is gone', async () => {
  const [one, other] = [await start('one'), await start('other')];
  for (const callSid of ['CA1', 'CA2', 'CA3']) await one.cluster.admit(callOf(callSid));
  for (const callSid of ['CA1', 'CA2']) await one.claim(callSid, 1);
  await other.cluster.admit(callOf('CA4'));
  one.serves.delete('CA2');
  await held.store.db
    .updateTable('places')
    .set({ admitted_at: minutesAgo(5) })
    .where('tenant', '=', tenant)
    .execute();
  await other.cluster.close();
  await pass(clock, store, 31_000);
  const places = await held.store.db.selectFrom('places').select('call_sid').where('tenant', '=', tenant).execute();
  expect(places).toEqual([{ call_sid: 'CA1' }]);
});

/** Facts become rows: once, in any order, from two owners, and whatever is in them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/core/fact.ts';
import * as calls from '../../../src/store/queries/calls.ts';
import { findContact, listContacts } from '../../../src/store/queries/contacts.ts';
import { listAppointments, listLeads, setAppointmentStatus } from '../../../src/store/queries/leads.ts';
import { readOutbox } from '../../../src/store/queries/outbox.ts';
import { listRecordings, listSegments } from '../../../src/store/queries/recordings.ts';
import type { Store } from '../../../src/store/store.ts';
import { ENGINES, insist, newTenant, useStore } from './engines.ts';
import { factOf, OPENED, outcome, turn, WHOLE_CALL, wholeCall } from './facts.ts';

const WHOLE = WHOLE_CALL.length;

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);

  test('a whole call, told twice', async () => {
    const { store } = held;
    const tenant = newTenant();
    const facts = wholeCall({ tenant });
    expect(await store.apply(facts)).toEqual({
      applied: WHOLE,
      duplicates: 0,
      refused: [],
      unfit: [],
      tenants: [tenant],
    });
    const before = await everything(store, tenant);
    expect(await store.apply(facts)).toEqual({ applied: 0, duplicates: WHOLE, refused: [], unfit: [], tenants: [] });
    expect(await everything(store, tenant)).toEqual(before);
    expect(before.call).toMatchObject({
      state: 'ended',
      end_reason: 'caller-hung-up',
      agent: 'Leah',
      contact_number: '+972541234567',
      consent_recording: false,
      node: 'node-1',
      fence: 1,
    });
    expect(before.turns.map(({ who, heard, intended, interrupted }) => [who, heard, intended, interrupted])).toEqual([
      ['agent', 'שלום, כאן לאה', null, false],
      ['caller', 'אני רוצה תור', null, false],
      ['agent', 'נתראה', 'נתראה ביום שני', true],
    ]);
    expect(before.leads).toMatchObject([{ name: 'דנה', phone: '+972547654321', status: 'completed', stage: 'new' }]);
    expect(before.appointments).toMatchObject([{ day: 'tuesday', time: '11:00', status: 'booked', lead_id: 'CA1' }]);
    expect(before.contacts).toMatchObject([{ number: '+972541234567', heard_name: 'דנה', call_count: 1 }]);
    expect(before.recordings).toMatchObject([
      { recording_id: 'rec-1', source: 'own', status: 'completed', duration_ms: 5000 },
      { recording_id: 'RE1', source: 'carrier', status: 'completed', duration_ms: 4000 },
    ]);
    expect(before.segments).toMatchObject([{ file: 'a/0', bytes: 40_000 }]);
    expect(before.news.map(({ position }) => position)).toEqual(Array.from({ length: WHOLE }, (_, i) => i + 1));
  });

  test('in any order and in any batches, the end is the same', async () => {
    const { store } = held;
    const expected = await told(store, (facts) => [facts]);
    const orders = fc.shuffledSubarray([...wholeCall({})], { minLength: WHOLE, maxLength: WHOLE });
    await fc.assert(
      fc.asyncProperty(orders, fc.array(fc.integer({ min: 1, max: 11 }), { maxLength: 4 }), async (order, cuts) => {
        const result = await told(store, () => batches(order, cuts));
        expect(result).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  test('a fact before its call has been heard of', async () => {
    const { store } = held;
    const tenant = newTenant();
    await store.apply([factOf(turn(0, 'hello'), { tenant, at: '2026-11-27T10:00:05.000Z' })]);
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({ state: 'opened', account_sid: null });
    await store.apply([factOf(OPENED, { tenant })]);
    const call = await calls.findCall(store.db, tenant, 'CA1');
    expect(call).toMatchObject({ state: 'opened', account_sid: 'AC1', opened_at: new Date('2026-11-27T10:00:00Z') });
  });

  test('the same words twice in one batch are one turn', async () => {
    const { store } = held;
    const tenant = newTenant();
    const fact = factOf(turn(0, 'hello'), { tenant });
    expect(await store.apply([fact, fact])).toMatchObject({ applied: 1, duplicates: 1 });
  });

  test('who lost the call has no say in its end, but what they heard counts', async () => {
    const { store } = held;
    const tenant = newTenant();
    const first = { tenant, node: 'node-1', fence: 1 };
    const second = { tenant, node: 'node-2', fence: 2 };
    await store.apply([
      factOf(OPENED, first),
      factOf({ type: 'stream-started', streamSid: 'MZ2', attempt: 2 }, second),
    ]);
    await store.apply([factOf(turn(0, 'said by the second'), second)]);
    const late = await store.apply([
      factOf(turn(0, 'heard by the first'), first),
      factOf(
        { type: 'tool-effect', index: 0, id: 'e', afterTurns: 1, name: 'book', arguments: '{}', result: '{}' },
        first,
      ),
      factOf({ type: 'call-ended', reason: 'socket-lost' }, first),
    ]);
    expect(late).toMatchObject({ applied: 2, duplicates: 0, refused: [{ tenant, callSid: 'CA1', key: 'call-ended' }] });
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({
      state: 'streaming',
      node: 'node-2',
      fence: 2,
    });
    const turns = await calls.listTurns(store.db, tenant, 'CA1');
    expect(turns.map(({ heard, key }) => [heard, key])).toEqual([
      ['heard by the first', 'turn/0@1'],
      ['said by the second', 'turn/0'],
    ]);
    const again = await store.apply([factOf(turn(0, 'heard by the first'), first)]);
    expect(again).toMatchObject({ applied: 0, duplicates: 1 });
    expect(await calls.listToolEffects(store.db, tenant, 'CA1')).toHaveLength(1);
    await store.apply([factOf({ type: 'call-ended', reason: 'agent-finished' }, second)]);
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({
      state: 'ended',
      end_reason: 'agent-finished',
    });
  });

  test('a call that another node has taken over goes on after the end that its old node told', async () => {
    const { store } = held;
    const tenant = newTenant();
    await store.apply([factOf(OPENED, { tenant }), factOf({ type: 'call-ended', reason: 'socket-lost' }, { tenant })]);
    await store.apply([factOf({ type: 'stream-started', streamSid: 'MZ0', attempt: 1 }, { tenant })]);
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({ state: 'ended' });
    await store.apply([factOf({ type: 'stream-started', streamSid: 'MZ2', attempt: 2 }, { tenant, fence: 2 })]);
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({ state: 'streaming', ended_at: null });
    await store.apply([factOf({ type: 'call-ended', reason: 'caller-hung-up' }, { tenant, fence: 2 })]);
    expect(await calls.findCall(store.db, tenant, 'CA1')).toMatchObject({
      state: 'ended',
      end_reason: 'caller-hung-up',
    });
  });

  test('what was completed outlives what was abandoned later; a changed mind withdraws the appointment', async () => {
    const { store } = held;
    const tenant = newTenant();
    await store.apply([
      factOf(OPENED, { tenant }),
      factOf(outcome(0, { name: 'Dana', day: 'monday', time: '10:00' }), { tenant }),
    ]);
    await store.apply([factOf(outcome(1, { name: 'D' }, 'abandoned'), { tenant })]);
    expect(await listLeads(store.db, tenant, { limit: 10 })).toMatchObject([{ status: 'completed', name: 'Dana' }]);
    await store.apply([factOf(outcome(2, { name: 'Dana', reason: 'call back' }), { tenant })]);
    expect(await listLeads(store.db, tenant, { limit: 10 })).toMatchObject([
      { slots: { name: 'Dana', reason: 'call back' } },
    ]);
    expect(await listAppointments(store.db, tenant, { limit: 10 })).toMatchObject([{ status: 'withdrawn' }]);
    await store.apply([factOf(outcome(3, { name: 'Dana', day: 'tuesday', time: '11:00' }), { tenant })]);
    expect(await listAppointments(store.db, tenant, { limit: 10 })).toMatchObject([
      { status: 'booked', day: 'tuesday' },
    ]);
    await setAppointmentStatus(store.db, tenant, { appointmentId: 'CA1', status: 'cancelled' });
    await store.apply([factOf(outcome(4, { name: 'Dana', day: 'friday', time: '11:00' }), { tenant })]);
    expect(await listAppointments(store.db, tenant, { limit: 10 })).toMatchObject([
      { status: 'cancelled', day: 'friday' },
    ]);
  });

  test('whoever hides their number is no contact, and can still leave a lead', async () => {
    const { store } = held;
    const tenant = newTenant();
    const opened = factOf({ ...OPENED, from: 'anonymous' } as typeof OPENED, { tenant });
    await store.apply([opened, factOf(outcome(0, { name: 'Dana', phone: '0541112222' }, 'abandoned'), { tenant })]);
    expect(await listContacts(store.db, tenant, { limit: 10 })).toEqual([]);
    expect(await listLeads(store.db, tenant, { limit: 10 })).toMatchObject([
      { phone: '+972541112222', contact_number: null },
    ]);
    await store.apply([factOf(outcome(1, { name: ' ', phone: '' }, 'abandoned'), { tenant, callSid: 'CA2' })]);
    expect(await listLeads(store.db, tenant, { limit: 10 })).toHaveLength(1);
  });

  test('words that no database can hold, and times that are none', async () => {
    const { store } = held;
    const tenant = newTenant();
    const odd = { type: 'turn', index: 0, who: 'caller', text: 'a\0b\ud800c', fromMs: 1.6, toMs: Number.NaN } as const;
    const foreign = { ...factOf(turn(1, 'x'), { tenant }), type: 'of-a-newer-version', key: 'n/1' } as unknown as Fact;
    const result = await store.apply([factOf(odd, { tenant, at: 'yesterday' }), foreign]);
    expect(result).toMatchObject({ applied: 2, unfit: [] });
    const turns = await calls.listTurns(store.db, tenant, 'CA1');
    expect(turns).toMatchObject([{ heard: 'a\ufffdb\ufffdc', from_ms: 2, to_ms: 0 }]);
  });

  test('one fact that does not fit keeps no other out', async () => {
    const { store } = held;
    const tenant = newTenant();
    const bad = { ...factOf(turn(1, 'x'), { tenant }), who: 'nobody' } as unknown as Fact;
    const result = await store.apply([factOf(turn(0, 'a'), { tenant }), bad, factOf(turn(2, 'b'), { tenant })]);
    expect(result).toMatchObject({ applied: 2, unfit: [{ tenant, callSid: 'CA1', key: 'turn/1' }] });
    expect(result.unfit[0]?.problem).not.toContain('nobody');
    expect(await calls.listTurns(store.db, tenant, 'CA1')).toHaveLength(2);
  });

  test('many writers of the same calls and contacts lose nothing and count nothing twice', async () => {
    const { store } = held;
    const tenant = newTenant();
    const sids = Array.from({ length: 12 }, (_, i) => `CA${i}`);
    const writers = Array.from({ length: 6 }, (_, writer) => {
      const inItsOrder = [...sids.slice(writer * 2), ...sids.slice(0, writer * 2)];
      const facts = inItsOrder.flatMap((callSid) => [
        factOf(OPENED, { tenant, callSid }),
        factOf(turn(writer, `by ${writer}`), { tenant, callSid }),
      ]);
      return insist(() => store.apply(facts));
    });
    await Promise.all(writers);
    expect(await findContact(store.db, tenant, '+972541234567')).toMatchObject({ call_count: 12 });
    for (const callSid of sids) expect(await calls.listTurns(store.db, tenant, callSid)).toHaveLength(6);
  });
});

async function told(store: Store, cut: (facts: readonly Fact[]) => readonly (readonly Fact[])[]) {
  const tenant = newTenant();
  for (const batch of cut(wholeCall({ tenant }))) {
    await store.apply(batch.map((fact) => ({ ...fact, tenant })));
  }
  const { news, ...rest } = await everything(store, tenant);
  const text = JSON.stringify({ ...rest, news: news.map(({ topic }) => topic).sort() });
  return JSON.parse(text.replaceAll(tenant, 'tenant')) as unknown;
}

function batches<T>(items: readonly T[], cuts: readonly number[]): readonly (readonly T[])[] {
  const at = [0, ...[...new Set(cuts)].sort((a, b) => a - b), items.length];
  return at.slice(1).map((end, i) => items.slice(at[i], end));
}

async function everything({ db }: Store, tenant: string) {
  const call = await calls.findCall(db, tenant, 'CA1');
  const { touched_at: _, ...known } = call!;
  const events = await calls.listEvents(db, tenant, 'CA1');
  return {
    call: known,
    turns: await calls.listTurns(db, tenant, 'CA1'),
    streams: await calls.listStreams(db, tenant, 'CA1'),
    legs: await calls.listLegs(db, tenant, 'CA1'),
    effects: await calls.listToolEffects(db, tenant, 'CA1'),
    events: events.map(({ recorded_at: _at, ...event }) => event),
    leads: await listLeads(db, tenant, { limit: 10 }),
    appointments: await listAppointments(db, tenant, { limit: 10 }),
    contacts: await listContacts(db, tenant, { limit: 10 }),
    recordings: await listRecordings(db, tenant, 'CA1'),
    segments: await listSegments(db, tenant, { callSid: 'CA1', recordingId: 'rec-1' }),
    news: (await readOutbox(db, tenant, { after: 0, limit: 100 })).news,
  };
}

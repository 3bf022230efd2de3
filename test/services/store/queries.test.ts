/** What the queries promise beyond keeping tenants apart. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { endLease, liveNodes, takeName } from '../../../src/store/cluster/nodes.ts';
import { listTenants } from '../../../src/store/cluster/tenants.ts';
import { listAudit, writeAudit } from '../../../src/store/queries/audit.ts';
import { findCall, listCalls } from '../../../src/store/queries/calls.ts';
import { changeContact, listContacts } from '../../../src/store/queries/contacts.ts';
import { changeLead, findLead, listLeads } from '../../../src/store/queries/leads.ts';
import { readOutbox } from '../../../src/store/queries/outbox.ts';
import * as sessions from '../../../src/store/queries/sessions.ts';
import { closeStaleCalls } from '../../../src/store/queries/stale-calls.ts';
import { findTenant, nameTenant } from '../../../src/store/queries/tenants.ts';
import { keepToken, pruneTokens, takeToken } from '../../../src/store/queries/tokens.ts';
import * as users from '../../../src/store/queries/users.ts';
import { ENGINES, newTenant, useStore } from './engines.ts';
import { factOf, OPENED, outcome, turn, wholeCall } from './facts.ts';

const HOUR_MS = 3_600_000;

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);
  const lease = (node: string, leaseMs: number) =>
    takeName(held.store.db, { node, run: node, process: '', version: '1', isDraining: false, leaseMs }, undefined);
  /** As if nothing had been told of it for so long. */
  const age = (tenant: string, callSid: string, ms: number) =>
    sql`update calls set touched_at = now() - make_interval(secs => ${ms / 1000})
      where tenant = ${tenant} and call_sid = ${callSid}`.execute(held.store.db);

  describe('a call of which no end is told', () => {
    test('is closed once, and the end that comes after all is the one that holds', async () => {
      const { store } = held;
      const tenant = newTenant();
      await store.apply([factOf(OPENED, { tenant }), factOf(turn(0, 'hello'), { tenant })]);
      const stale = { olderThanMs: HOUR_MS, liveCallSids: [] };
      expect(await closeStaleCalls(store.db, tenant, stale)).toEqual([]);
      await age(tenant, 'CA1', 2 * HOUR_MS);
      expect(await closeStaleCalls(store.db, tenant, stale)).toEqual(['CA1']);
      expect(await closeStaleCalls(store.db, tenant, stale)).toEqual([]);
      expect(await findCall(store.db, tenant, 'CA1')).toMatchObject({ state: 'ended', end_reason: 'no-final-word' });
      const { news } = await readOutbox(store.db, tenant, { after: 2, limit: 10 });
      expect(news).toMatchObject([{ topic: 'call-closed', callSid: 'CA1', content: { reason: 'no-final-word' } }]);
      await store.apply([factOf(turn(1, 'late'), { tenant })]);
      expect(await findCall(store.db, tenant, 'CA1')).toMatchObject({ state: 'ended' });
      const late = '2026-11-27T10:30:00.000Z';
      await store.apply([factOf({ type: 'call-ended', reason: 'caller-hung-up' }, { tenant, at: late })]);
      expect(await findCall(store.db, tenant, 'CA1')).toMatchObject({
        end_reason: 'caller-hung-up',
        ended_at: new Date(late),
      });
    });

    test('is left alone while it lives here, or its node lives, or it is another tenant’s that is silent', async () => {
      const { store } = held;
      const [tenant, other, node] = [newTenant(), newTenant(), newTenant()];
      for (const callSid of ['CA1', 'CA2', 'CA3']) {
        await store.apply([factOf(OPENED, { tenant, callSid, node: callSid === 'CA2' ? node : 'nobody' })]);
        if (callSid !== 'CA3') await age(tenant, callSid, 3 * HOUR_MS);
      }
      await store.apply([factOf(OPENED, { tenant: other, callSid: 'CA3' })]);
      await age(other, 'CA3', 3 * HOUR_MS);
      await lease(node, 60_000);
      const stale = { olderThanMs: HOUR_MS, liveCallSids: ['CA1'] };
      expect(await closeStaleCalls(store.db, tenant, stale)).toEqual([]);
      await lease(node, -1);
      expect(await closeStaleCalls(store.db, tenant, stale)).toEqual(['CA2']);
      expect(await closeStaleCalls(store.db, tenant, { ...stale, liveCallSids: [] })).toEqual(['CA1']);
    });
  });

  test('of a hundred who take a token, one gets it; none gets one that is used, old, or for something else', async () => {
    const { store } = held;
    const tenant = newTenant();
    const token = { hash: 'h', purpose: 'stream', subject: 'CA1' };
    await keepToken(store.db, tenant, { ...token, ttlMs: 60_000 });
    expect(await takeToken(store.db, tenant, { ...token, subject: 'CA2' })).toBe(false);
    expect(await takeToken(store.db, tenant, { ...token, purpose: 'login' })).toBe(false);
    expect(await takeToken(store.db, newTenant(), token)).toBe(false);
    const racers = await Promise.all(Array.from({ length: 100 }, () => takeToken(store.db, tenant, token)));
    expect(racers.filter(Boolean)).toHaveLength(1);
    await keepToken(store.db, tenant, { ...token, hash: 'old', ttlMs: -1 });
    expect(await takeToken(store.db, tenant, { ...token, hash: 'old' })).toBe(false);
    expect(await pruneTokens(store.db, tenant, 0)).toBe(1);
  });

  test('pages of calls and contacts follow each other without a gap', async () => {
    const { store } = held;
    const tenant = newTenant();
    const opened = Array.from({ length: 7 }, (_, i) => {
      const from = `+9725400000${10 + i}`;
      const at = `2026-11-27T10:00:0${i % 3}.000Z`; // several at the same time
      return factOf({ ...OPENED, from } as typeof OPENED, { tenant, callSid: `CA${i}`, at });
    });
    await store.apply(opened);
    const first = await listCalls(store.db, tenant, { limit: 4 });
    const last = first.at(-1)!;
    const before = { openedAt: last.opened_at, callSid: last.call_sid };
    const second = await listCalls(store.db, tenant, { limit: 4, before });
    expect(new Set([...first, ...second].map(({ call_sid }) => call_sid)).size).toBe(7);
    const contacts = await listContacts(store.db, tenant, { limit: 5 });
    const rest = await listContacts(store.db, tenant, { limit: 5, before: contacts.at(-1)! });
    expect(contacts.length + rest.length).toBe(7);
    expect(await listContacts(store.db, tenant, { limit: 5, text: '000016' })).toHaveLength(1);
    expect(await listContacts(store.db, tenant, { limit: 5, text: '%' })).toEqual([]);
    expect(await listCalls(store.db, tenant, { limit: Number.NaN })).toHaveLength(7);
  });

  test('what the office writes of contacts and leads is kept when the caller calls again', async () => {
    const { store } = held;
    const tenant = newTenant();
    await store.apply(wholeCall({ tenant }));
    const number = '+972541234567';
    expect(await changeContact(store.db, tenant, { number, name: 'Dana Levi' })).toMatchObject({ name: 'Dana Levi' });
    expect(await changeContact(store.db, tenant, { number })).toMatchObject({ heard_name: 'דנה' });
    expect(await changeContact(store.db, tenant, { number: '+1', note: 'x' })).toBeUndefined();
    await changeLead(store.db, tenant, { leadId: 'CA1', stage: 'contacted', note: 'will come' });
    await store.apply([factOf(outcome(9, { name: 'Dana', day: 'friday', time: '09:00' }), { tenant })]);
    expect(await findLead(store.db, tenant, 'CA1')).toMatchObject({
      stage: 'contacted',
      note: 'will come',
      name: 'Dana',
    });
    expect(await listLeads(store.db, tenant, { limit: 5, stage: 'new' })).toEqual([]);
    expect(await listContacts(store.db, tenant, { limit: 5, text: 'dana' })).toMatchObject([{ name: 'Dana Levi' }]);
  });

  test('users, and sessions that end by age, by rest, by hand, and with what they rest on', async () => {
    const { store } = held;
    const tenant = newTenant();
    const dana = {
      userId: 'u1',
      email: 'Dana@Example.com',
      name: 'Dana',
      role: 'operator',
      passwordHash: 'x',
    } as const;
    expect(await users.addUser(store.db, tenant, dana)).toBe(true);
    expect(await users.addUser(store.db, tenant, { ...dana, userId: 'u2' })).toBe(false);
    expect(await users.findUserByEmail(store.db, tenant, 'dANA@example.com')).toMatchObject({ user_id: 'u1' });
    const login = (sessionHash: string, longestMs = HOUR_MS) =>
      sessions.openSession(store.db, tenant, { sessionHash, userId: 'u1', longestMs });
    const use = (sessionHash: string, idleMs = HOUR_MS) =>
      sessions.useSession(store.db, tenant, { sessionHash, idleMs });
    await login('s1');
    expect(await use('s1')).toMatchObject({ email: 'dana@example.com', role: 'operator' });
    expect(await use('s1', -1000)).toBeUndefined();
    await sessions.closeSession(store.db, tenant, { sessionHash: 's1', userId: 'u1' });
    expect(await use('s1')).toBeUndefined();
    await login('s2', -1);
    expect(await use('s2')).toBeUndefined();
    expect(await sessions.pruneSessions(store.db, tenant, 0)).toBe(1);
    await login('s3');
    expect(await users.changeUser(store.db, tenant, { userId: 'u1', passwordHash: 'y' })).toMatchObject({
      user_id: 'u1',
    });
    expect(await use('s3')).toBeUndefined();
    await login('s4');
    await sessions.closeUserSessions(store.db, tenant, { userId: 'u1' });
    expect(await use('s4')).toBeUndefined();
    await users.changeUser(store.db, tenant, { userId: 'u1', isDisabled: true });
    await login('s5');
    expect(await use('s5')).toBeUndefined();
    expect(await users.changeUser(store.db, tenant, { userId: 'nobody', role: 'owner' })).toBeUndefined();
    expect(await users.listUsers(store.db, tenant)).toMatchObject([{ password_hash: 'y' }]);
  });

  test('an audit line is there with what it tells of, or neither is', async () => {
    const { store } = held;
    const tenant = newTenant();
    const failing = store.db.transaction().execute(async (trx) => {
      await writeAudit(trx, tenant, { actor: 'dana', action: 'listen', subject: 'CA1' });
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await listAudit(store.db, tenant, { limit: 5 })).toEqual([]);
    await writeAudit(store.db, tenant, { actor: 'dana', action: 'listen', subject: 'CA1', details: { ip: '::1' } });
    await writeAudit(store.db, tenant, { actor: 'kav', action: 'prune' });
    const [newest, oldest] = await listAudit(store.db, tenant, { limit: 5 });
    expect([newest?.action, oldest?.details]).toEqual(['prune', { ip: '::1' }]);
    expect(await listAudit(store.db, tenant, { limit: 5, beforeId: newest!.audit_id })).toHaveLength(1);
  });

  test('tenants and nodes', async () => {
    const { store } = held;
    const [tenant, node] = [newTenant(), newTenant()];
    await nameTenant(store.db, tenant, 'Carmel Homes');
    expect(await findTenant(store.db, tenant)).toMatchObject({ name: 'Carmel Homes' });
    expect(await listTenants(store.db)).toContain(tenant);
    await lease(node, 60_000);
    expect((await liveNodes(store.db)).map((one) => one.node)).toContain(node);
    await endLease(store.db, { node, run: 'another' });
    expect((await liveNodes(store.db)).map((one) => one.node)).toContain(node);
    await endLease(store.db, { node, run: node });
    expect((await liveNodes(store.db)).map((one) => one.node)).not.toContain(node);
  });

  test('SQL that a library brings: several statements without values, one with', async () => {
    const { store } = held;
    await store.executeSql('create schema if not exists guest; create table if not exists guest.t (x int)');
    await store.executeSql('insert into guest.t values ($1), ($2)', [1, 2]);
    const { rows, affected } = await store.executeSql('delete from guest.t returning x');
    expect([rows.length, affected]).toEqual([2, 2]);
    await expect(store.executeSql('begin; select * from nowhere; commit')).rejects.toMatchObject({ sqlState: '42P01' });
    expect((await store.executeSql('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

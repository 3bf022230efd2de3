/**
 * No query reads or changes what is another tenant's. Two tenants have look-alike rows in every table, made from what
 * the database says of its tables; every function that `queries/` exports is run for the one, and the other's rows must
 * neither show nor change. A query without an entry here fails the test, and so does a table without a row.
 */
import { readdirSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Db, Schema } from '../../../src/store/store.ts';
import { ENGINES, useStore } from './engines.ts';
import { wholeCall } from './facts.ts';
import { type Column, columnsOf, type Key, keysOf } from './tables.ts';

type Query = (db: Db, tenant: string, argument?: unknown) => Promise<unknown>;

const ALICE = 'tenant-alice';
const BOB = 'tenant-bob';
/** In every column of Bob's that is free to hold it. */
const BOBS = 'belongs to bob';
const BOBS_NUMBER = 7_700_077;
/** The same in both tenants: ids, numbers and times of look-alike rows. */
const ID = 'CA1';
const LONG_AGO = '2026-01-01T00:00:00.000Z';
const FAR_AHEAD = '2126-01-01T00:00:00.000Z';
/** Reaches beyond it. */
const ALL_TIME_MS = 1e13;

/** How each query is asked for what both tenants have. Several ways, where filters differ. */
const QUESTIONS: Readonly<Record<string, readonly unknown[]>> = {
  listCalls: [
    { limit: 100 },
    {
      limit: 100,
      state: 'opened',
      contactNumber: '+12025550100',
      before: { openedAt: new Date(FAR_AHEAD), callSid: 'z' },
    },
  ],
  findCalls: [
    { limit: 100 },
    { limit: 100, text: 'belongs', before: { at: FAR_AHEAD, key: 'z' } },
    { limit: 100, text: '2025550100', digits: '2025550100', contactNumber: '+12025550100', callSid: ID },
  ],
  readCallDetails: [ID],
  redactedAt: [ID],
  readCallRecordings: [ID],
  listErasures: [{ limit: 100 }, { limit: 100, before: { at: FAR_AHEAD, key: 'z' } }],
  findCall: [ID],
  listTurns: [ID],
  listToolEffects: [ID],
  listStreams: [ID],
  listLegs: [ID],
  listEvents: [ID],
  closeStaleCalls: [{ olderThanMs: 0, liveCallSids: [], node: 'node-2' }],
  claimCall: [
    {
      callSid: ID,
      streamSid: 'MZ9',
      attempt: 9,
      node: 'node-2',
      run: 'run-2',
      issuedAt: new Date(FAR_AHEAD),
      lifetimeMs: 1000,
    },
  ],
  findHolder: [ID],
  lostCalls: [{ node: 'node-2', calls: [{ callSid: ID, attempt: 0 }] }],
  listFacts: [ID],
  pruneClaims: [-1e12],
  takePlaces: [
    {
      callSids: ['another'],
      node: 'node-2',
      run: 'run-2',
      limits: { node: 9, tenant: 9, total: 9 },
      holdMs: 1000,
    },
  ],
  freePlace: [{ callSid: ID, run: BOBS }],
  freeForgottenPlaces: [{ run: BOBS, liveCallSids: [], olderThanMs: 0 }],
  prunePlaces: [undefined],
  leaveCommand: [{ commandId: 'another', callSid: ID, fromNode: 'node-2', name: 'n', body: {}, withinMs: 1000 }],
  takeCommands: [BOBS],
  answerCommand: [{ commandId: ID, answer: 1 }],
  readAnswers: [[ID]],
  pruneCommands: [-1e12],
  registerAction: [
    { callSid: ID, actionId: ID, actor: 'alice', action: 'say' },
    { callSid: ID, actionId: 'another', actor: 'alice', action: 'say' },
  ],
  settleAction: [{ callSid: ID, actionId: ID, actor: 'alice', action: 'say', outcome: 'taken' }],
  pruneActions: [-ALL_TIME_MS],
  listContacts: [
    { limit: 100 },
    { limit: 100, text: '0100', before: { at: FAR_AHEAD, key: '+9' } },
    { limit: 100, text: 'belongs' },
  ],
  findContact: ['+12025550100'],
  changeContact: [{ number: '+12025550100', name: 'new', note: null }],
  listLeads: [{ limit: 100 }, { limit: 100, stage: 'new', before: { at: FAR_AHEAD, key: 'z' } }],
  findLead: [ID],
  listCallbacks: [{ stages: ['new', BOBS], limit: 100, before: { at: LONG_AGO, key: '' } }],
  importLeads: [
    {
      firstStage: 'new',
      leads: [{ newId: 'another', leadId: ID, name: BOBS, phone: '+12025550100', stage: 'new', note: 'n' }],
    },
    { firstStage: 'new', leads: [{ newId: 'one-more', leadId: null, name: 'n', phone: null, stage: null, note: 'n' }] },
  ],
  importContacts: [[{ number: '+12025550100', name: 'n', note: null }]],
  listStages: [undefined],
  setStages: [[{ stage: 'other', label: 'Other', kind: 'open' }], []],
  findOfficeNumber: [undefined],
  readCallCosts: [ID],
  readSpend: [{ day: new Date(LONG_AGO), month: new Date(LONG_AGO) }],
  readToday: [{ since: new Date(LONG_AGO), openStages: ['new', BOBS] }],
  countLiveCalls: [undefined],
  countAnsweredCalls: [undefined],
  listAgentVersions: [ID],
  findAgentVersion: [{ agent: ID, version: 1 }],
  findPublishedVersion: [ID],
  addAgentVersion: [{ agent: ID, greeting: 'g', instructions: null, note: 'n', madeBy: 'alice' }],
  publishAgentVersion: [
    { agent: ID, version: 0, by: 'alice' },
    { agent: ID, version: 1, by: 'alice' },
  ],
  changeLead: [{ leadId: ID, stage: 'won', note: 'n' }],
  listAppointments: [{ limit: 100 }, { limit: 100, status: 'booked', before: { at: FAR_AHEAD, key: 'z' } }],
  setAppointmentStatus: [{ appointmentId: ID, status: 'done' }],
  listRecordings: [ID],
  listSegments: [{ callSid: ID, recordingId: ID }],
  readOutbox: [{ after: 0, limit: 100 }],
  readOutboxHead: [undefined],
  publish: [{ topic: 'news', payload: { a: 1 } }],
  pruneOutbox: [0],
  keepToken: [{ hash: 'another', purpose: ID, subject: ID, ttlMs: 1000 }],
  takeToken: [{ hash: ID, purpose: ID, subject: ID }],
  pruneTokens: [-ALL_TIME_MS],
  spendToken: [{ hash: ID, purpose: ID }],
  revokeTokens: [{ purpose: ID, subject: ID }],
  addUser: [{ userId: 'another', email: 'a@example.com', name: null, role: 'viewer', passwordHash: null }],
  listUsers: [undefined],
  findUser: [ID],
  findUserByEmail: ['ca1'],
  lockUsers: [undefined],
  workingOwners: [undefined],
  changeUser: [{ userId: ID, name: 'n', role: 'owner', passwordHash: 'h', isDisabled: true }],
  proposeTotp: [{ userId: ID, secret: 's' }],
  confirmTotp: [{ userId: ID, secret: 'belongs to alice', step: 9, codeHashes: ['h'] }],
  removeTotp: [ID],
  useTotpStep: [{ userId: ID, step: 9 }],
  useRecoveryCode: [{ userId: ID, codeHash: ID }],
  addKey: [{ keyId: 'another', name: 'n', role: 'viewer', secretHash: 'another', createdBy: 'alice' }],
  listKeys: [undefined],
  useKey: [ID],
  removeKey: [ID],
  decideLimits: [
    {
      buckets: [ID, 'another'],
      decide: (rows: unknown) => ({ answer: rows, changes: [{ bucket: ID, failures: 9, blockForMs: 1000 }] }),
    },
  ],
  forgiveLimits: [[ID]],
  clearLimits: [[ID]],
  pruneLimits: [-ALL_TIME_MS],
  openSession: [{ sessionHash: 'another', userId: ID, longestMs: 1000 }],
  useSession: [{ sessionHash: ID, idleMs: ALL_TIME_MS }],
  touchSession: [{ sessionHash: ID, userId: ID }],
  goodSessions: [{ sessionHashes: [ID], idleMs: ALL_TIME_MS }],
  listSessions: [{ userId: ID, idleMs: ALL_TIME_MS }],
  closeSession: [{ sessionHash: ID, userId: ID }],
  closeUserSessions: [{ userId: ID }, { userId: ID, keep: 'none' }],
  pruneSessions: [-ALL_TIME_MS],
  writeAudit: [{ actor: 'alice', action: 'look', details: { a: 1 } }],
  listAudit: [{ limit: 100 }, { limit: 100, beforeId: Number.MAX_SAFE_INTEGER }],
  findTenant: [undefined],
  nameTenant: ['Alice & Co'],
};

const folder = new URL('../../../src/store/queries/', import.meta.url);
const queries = new Map<string, Query>();
for (const file of readdirSync(folder).filter((name) => !name.includes('.test.'))) {
  for (const [name, value] of Object.entries(await import(new URL(file, folder).href))) {
    if (typeof value === 'function') queries.set(name, value as Query);
  }
}

test('every query takes a tenant, and is asked here', () => {
  expect([...queries.keys()].sort()).toEqual(Object.keys(QUESTIONS).sort());
  for (const [name, query] of queries) expect(query.toString(), name).toMatch(/^async function \w+\(\s*db,\s*tenant\b/);
});

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);
  beforeEach(() => seedAnew(held.store.db));

  test.each(Object.keys(QUESTIONS))('%s', async (name) => {
    const { db } = held.store;
    const before = await rowsOf(db, BOB);
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
    for (const question of QUESTIONS[name]!) {
      const answer = await queries.get(name)!(db, ALICE, question);
      expect(textOf(answer)).not.toContain(BOBS);
      expect(textOf(answer)).not.toContain(BOB);
      expect(textOf(answer)).not.toContain(String(BOBS_NUMBER));
    }
    expect(await rowsOf(db, BOB)).toEqual(before);
  });

  test('the facts of a tenant', async () => {
    const { store } = held;
    const before = await rowsOf(store.db, BOB);
    await store.apply(wholeCall({ tenant: ALICE, callSid: ID, fence: 9 }));
    expect(await rowsOf(store.db, BOB)).toEqual(before);
  });
});

/** Every table of a tenant's, in an order in which rows can be made. */
async function tablesInOrder(db: Db): Promise<readonly string[]> {
  const keys = await keysOf(db);
  const waiting = new Set((await columnsOf(db)).filter(({ name }) => name === 'tenant').map(({ table }) => table));
  const order: string[] = [];
  while (waiting.size > 0) {
    const next = [...waiting].find((table) =>
      keys.every(({ table: from, refersTo }) => from !== table || refersTo === undefined || !waiting.has(refersTo)),
    );
    if (next === undefined) throw new Error('the tables refer to each other in a ring');
    waiting.delete(next);
    order.push(next);
  }
  return order;
}

async function seedAnew(db: Kysely<Schema>): Promise<void> {
  const [columns, keys, tables] = [await columnsOf(db), await keysOf(db), await tablesInOrder(db)];
  for (const table of [...tables].reverse()) await sql`delete from ${sql.table(table)}`.execute(db);
  for (const tenant of [BOB, ALICE]) {
    for (const table of tables) {
      const own = columns.filter((column) => column.table === table && !column.isIdentity);
      const values = own.map((column) => valueFor(column, tenant, keys));
      await sql`insert into ${sql.table(table)} (${sql.join(own.map(({ name }) => sql.ref(name)))})
        values (${sql.join(values)})`.execute(db);
    }
  }
}

/** The same for both tenants wherever a key or a check has a say; Bob's mark elsewhere. */
function valueFor({ table, name, type, oneOf }: Column, tenant: string, keys: readonly Key[]): unknown {
  if (name === 'tenant') return tenant;
  if (oneOf.length > 0) return oneOf[0];
  if (name.endsWith('number')) return '+12025550100';
  if (name === 'email') return 'ca1';
  if (name === 'pruned_to') return 0;
  if (name === 'expires_at') return FAR_AHEAD;
  if (/^(?:ended|used|disabled|taken)_at$/.test(name)) return null;
  if (name === 'seen_at') return new Date();
  if (type === 'timestamp with time zone') return LONG_AGO;
  if (type === 'boolean') return false;
  const isKey = keys.some((key) => key.table === table && key.columns.includes(name));
  if (type === 'bigint' || type === 'integer') return tenant === BOB && !isKey ? BOBS_NUMBER : 1;
  const mark = tenant === BOB ? BOBS : 'belongs to alice';
  if (type === 'jsonb') return JSON.stringify({ mark });
  return isKey || /purpose|subject/.test(name) ? ID : mark;
}

async function rowsOf(db: Db, tenant: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const tables = await tablesInOrder(db);
  const found: Record<string, readonly unknown[]> = {};
  for (const table of tables) {
    const { rows } = await sql<{ row: unknown }>`select to_jsonb(t) as row from ${sql.table(table)} t
      where t.tenant = ${tenant} order by 1`.execute(db);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? '';
}

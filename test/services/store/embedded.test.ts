/** The embedded database: one process, no fsync of its own, and what that asks of us. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { listCalls, listTurns } from '../../../src/store/queries/calls.ts';
import { openStore, type Store, type StoreNews, type StoreOptions } from '../../../src/store/store.ts';
import { factOf, turn, WHOLE_CALL, wholeCall } from './facts.ts';

const clock = createRealClock();
let folder: string;
let news: StoreNews[];
let stores: Store[];
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kav-embedded-'));
  news = [];
  stores = [];
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  await Promise.all(stores.map((store) => store.close()));
  rmSync(folder, { recursive: true, force: true });
});

function open(): Store {
  return openWith({ folder });
}

function openInMemory(): Store {
  return openWith({});
}

function openWith(where: Pick<StoreOptions, 'folder'>): Store {
  const snapshot = new Uint8Array(readFileSync(inject('snapshotFile')));
  const store = openStore({ ...where, snapshot, clock, onNews: (one) => news.push(one) });
  stores.push(store);
  return store;
}

/** Runs until it has written so many calls; gives the number of the last that it was told to be stored. */
async function runProcess(calls: number, from = 0): Promise<{ readonly child: ChildProcess; readonly last: number }> {
  const script = new URL('./embedded-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, folder, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let last = -1;
  for await (const line of createInterface({ input: child.stdout! })) {
    const said = JSON.parse(line) as { readonly call?: number };
    if (said.call !== undefined) last = said.call;
    if (last - from + 1 >= calls) break;
  }
  return { child, last };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

const kindOf = (one: StoreNews): string => (one.type === 'store-away' ? `${one.type}: ${one.reason}` : one.type);

/** As after a power cut: the machine has been started since the database was in use. */
function pretendReboot(): void {
  writeFileSync(path.join(folder, 'in-use'), 'another start of the machine');
}

test('what was stored is there after a restart', async () => {
  const first = open();
  await first.ready;
  await first.apply(wholeCall({ tenant: 'tenant' }));
  await first.close();
  expect(existsSync(path.join(folder, 'in-use'))).toBe(false);
  const second = open();
  await second.ready;
  expect(await listTurns(second.db, 'tenant', 'CA1')).toHaveLength(3);
  expect(await second.apply(wholeCall({ tenant: 'tenant' }))).toMatchObject({
    applied: 0,
    duplicates: WHOLE_CALL.length,
  });
  await second.apply([factOf(turn(9, 'more'), { tenant: 'tenant' })]);
  await second.sync();
});

test('closed while it still opens, the folder is free and a later start is as the first', async () => {
  const first = open();
  await expect.poll(() => existsSync(path.join(folder, 'unfinished'))).toBe(true);
  await first.close();
  const second = open();
  await second.ready;
  expect(news.map(kindOf)).toEqual(['store-ready']);
});

test('a second process is told why not and what to do, and the first is not disturbed', async () => {
  const { child } = await runProcess(1);
  const second = open();
  await expect(second.ready).rejects.toMatchObject({ code: 'config-invalid', key: 'KAV_DATA_DIR' });
  expect(second.state).toMatchObject({ status: 'refused' });
  expect(news.map(kindOf)).toEqual(['store-refused']);
  expect(child.exitCode).toBeNull();
});

test('killed again and again in mid-work: the lock is free at once, and no call that was stored is missing', async () => {
  let next = 0;
  for (let round = 0; round < 2; round++) {
    const { child, last } = await runProcess(15, next);
    await kill(child);
    next = last + 1;
  }
  const store = open();
  await store.ready;
  expect(news.map(kindOf)).toEqual(['store-ready']);
  const stored = await listCalls(store.db, 'tenant', { limit: 500 });
  const sids = new Set(stored.map(({ call_sid }) => call_sid));
  for (let call = 0; call < next; call++) expect(sids).toContain(`CA${call}`);
  for (const { call_sid } of stored) expect(await listTurns(store.db, 'tenant', call_sid)).toHaveLength(3);
});

test.each([
  ['a torn control file', (data: string) => truncateSync(path.join(data, 'global', 'pg_control'), 100)],
  ['a lost version file', (data: string) => rmSync(path.join(data, 'PG_VERSION'))],
] as const)('%s: the folder is put aside, and the store begins anew', async (_name, damage) => {
  const first = open();
  await first.ready;
  await first.apply(wholeCall({ tenant: 'tenant' }));
  await first.close();
  damage(path.join(folder, 'data'));
  news = [];
  const second = open();
  await second.ready;
  expect(news.map(kindOf)).toEqual(['store-rebuilt', 'store-ready']);
  const aside = readdirSync(folder).filter((name) => name.startsWith('data.broken-'));
  expect(news[0]).toMatchObject({ movedTo: aside[0] });
  expect(existsSync(path.join(folder, aside[0]!, 'base'))).toBe(true);
  expect(await second.apply(wholeCall({ tenant: 'tenant' }))).toMatchObject({ applied: WHOLE_CALL.length });
});

test('after a power cut every row is looked at: a whole database is kept, a torn page is found', async () => {
  const first = open();
  await first.ready;
  await first.apply(wholeCall({ tenant: 'tenant' }));
  const { rows } = await sql<{ file: string }>`select pg_relation_filepath('turns') as file`.execute(first.db);
  await first.close();
  pretendReboot();
  const second = open();
  await second.ready;
  expect(news.map(kindOf)).toEqual(['store-ready', 'store-ready']);
  expect(await listTurns(second.db, 'tenant', 'CA1')).toHaveLength(3);
  await second.close();
  writeFileSync(path.join(folder, 'data', rows[0]!.file), Buffer.alloc(8192, 0x5a));
  pretendReboot();
  news = [];
  const third = open();
  await third.ready;
  expect(news.map(kindOf)).toEqual(['store-rebuilt', 'store-ready']);
});

test('after a power cut, facts without what they brought about are found', async () => {
  const first = open();
  await first.ready;
  await first.apply(wholeCall({ tenant: 'tenant' }));
  await first.executeSql('delete from turns');
  await first.close();
  pretendReboot();
  news = [];
  const second = open();
  await second.ready;
  expect(news.map(kindOf)).toEqual(['store-rebuilt', 'store-ready']);
});

test('a statement that is too slow is told in time, and the next comes after it', async () => {
  const store = openInMemory();
  await store.ready;
  const slow = sql`select count(*) from generate_series(1, 15000000) as a`.execute(store.db);
  const after = store.db.selectFrom('calls').selectAll().execute();
  await Promise.all([
    expect(slow).rejects.toMatchObject({ code: 'store-timeout', retryable: true }),
    expect(after).rejects.toMatchObject({ code: 'store-timeout' }),
  ]);
  await expect
    .poll(
      () =>
        store.db
          .selectFrom('calls')
          .selectAll()
          .execute()
          .then(
            () => true,
            () => false,
          ),
      { timeout: 30_000 },
    )
    .toBe(true);
});

test('a transaction that fails half way leaves nothing, and the one connection goes on', async () => {
  const store = openInMemory();
  await store.ready;
  const failing = store.db.transaction().execute(async (trx) => {
    await trx.insertInto('tenants').values({ tenant: 'a' }).execute();
    throw new Error('on purpose');
  });
  const other = store.db.insertInto('tenants').values({ tenant: 'b' }).execute();
  await expect(failing).rejects.toThrow('on purpose');
  await other;
  expect(await store.db.selectFrom('tenants').select('tenant').execute()).toEqual([{ tenant: 'b' }]);
});

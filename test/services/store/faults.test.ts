/** The line to PostgreSQL fails in every way; the store says so in time, and comes back by itself. */
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { StoreError } from '../../../src/core/errors.ts';
import { findCall, listTurns } from '../../../src/store/queries/calls.ts';
import { openStore, type Store, type StoreNews } from '../../../src/store/store.ts';
import { TEMPLATE } from '../setup.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { asSuperuser, createDatabase, newTenant } from './engines.ts';
import { factOf, OPENED, turn, wholeCall } from './facts.ts';

const BUDGET_MS = 2000;
/** Two cores may be busy with other tests. */
const SLACK_MS = 700;

let direct: string;
let proxy: TcpProxy;
let store: Store;
let news: StoreNews[];
let onNews: () => void;

beforeEach(async () => {
  direct = await createDatabase(TEMPLATE);
  proxy = await TcpProxy.open(Number(new URL(direct).port));
  news = [];
  onNews = () => {};
  store = open();
});

afterEach(async () => {
  await store.close();
  await proxy.close();
});

function open(): Store {
  const databaseUrl = direct.replace(/:\d+\//, `:${proxy.port}/`);
  return openStore({
    databaseUrl,
    clock: createRealClock(),
    onNews: (one) => {
      news.push(one);
      onNews();
    },
  });
}

/** Resolves at the first news of a kind, if it has not been told since `from`. */
function told(type: StoreNews['type'], from = 0): Promise<StoreNews> {
  return new Promise((resolve) => {
    onNews = () => {
      const found = news.slice(from).find((one) => one.type === type);
      if (found) resolve(found);
    };
    onNews();
  });
}

async function failureOf(promise: Promise<unknown>): Promise<{ readonly error: StoreError; readonly ms: number }> {
  const since = performance.now();
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw new Error('expected a StoreError', { cause: error });
  return { error, ms: performance.now() - since };
}

const ask = () => sql`select 1`.execute(store.db);

describe('a database that is away when Kav starts', () => {
  test.each(['refuse', 'black-hole'] as const)('%s', async (line) => {
    await store.close();
    await proxy.set(line);
    news = [];
    store = open();
    expect(store.state).toEqual({ status: 'opening' });
    expect((await failureOf(ask())).error.code).toBe('store-unavailable');
    await told('store-away');
    expect(store.state).toMatchObject({ status: 'away' });
    await proxy.set('pass');
    await store.ready;
    await ask();
    expect(news.map(({ type }) => type)).toEqual(['store-away', 'store-ready']);
  });

  test('a wrong database name, and then it is made', async () => {
    await store.close();
    direct = `${direct}_later`;
    news = [];
    store = open();
    await told('store-away');
    expect(store.state).toMatchObject({ status: 'away', sqlState: '3D000' });
    await asSuperuser((client) => client.query(`create database ${new URL(direct).pathname.slice(1)}`));
    await store.ready;
  });

  test('something else than a PostgreSQL URL', async () => {
    const wrong = openStore({ databaseUrl: 'mysql://127.0.0.1/kav', clock: createRealClock() });
    await expect(wrong.ready).rejects.toMatchObject({ code: 'config-invalid', key: 'DATABASE_URL' });
    expect(wrong.state.status).toBe('refused');
    expect((await failureOf(sql`select 1`.execute(wrong.db))).error.message).toContain('DATABASE_URL');
    await wrong.close();
  });
});

describe('a database that goes away', () => {
  beforeEach(async () => store.ready);

  test.each([
    ['black-hole', 'store-timeout'],
    ['deaf', 'store-timeout'],
    ['refuse', 'store-unavailable'],
  ] as const)('%s: the query fails in time, its client is destroyed, the next fails at once', async (line, code) => {
    await ask();
    await proxy.set(line);
    const { error, ms } = await failureOf(ask());
    expect(error).toMatchObject({ code, retryable: true });
    expect(ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(store.state.status).toBe('away');
    const next = await failureOf(ask());
    expect(next.error.code).toBe('store-unavailable');
    expect(next.ms).toBeLessThan(50);
    const from = news.length;
    await proxy.set('pass');
    const since = performance.now();
    await told('store-ready', from);
    expect(performance.now() - since).toBeLessThan(5000 + BUDGET_MS);
    await ask();
  });

  test('many queries on a dead line fail together, and no connection of then is left', async () => {
    await Promise.all(Array.from({ length: 8 }, ask));
    await proxy.set('black-hole');
    const since = performance.now();
    const failures = await Promise.all(Array.from({ length: 30 }, () => failureOf(ask())));
    expect(performance.now() - since).toBeLessThan(BUDGET_MS + SLACK_MS);
    for (const { error } of failures) expect(error.code).toMatch(/^store-(?:timeout|unavailable)$/);
    await expect.poll(() => proxy.connections, { timeout: 5000 }).toBeLessThanOrEqual(1); // the one that tries anew
    const from = news.length;
    await proxy.set('pass');
    await told('store-ready', from);
    await Promise.all(Array.from({ length: 30 }, ask));
  });

  test('all connections are reset, as in a failover', async () => {
    await Promise.all(Array.from({ length: 8 }, ask));
    const since = performance.now();
    proxy.reset();
    await expect
      .poll(
        () =>
          ask().then(
            () => true,
            () => false,
          ),
        { timeout: 5000, interval: 20 },
      )
      .toBe(true);
    expect(performance.now() - since).toBeLessThan(5000);
  });

  test('a slow line is only slow', async () => {
    proxy.slow(150);
    await ask();
    proxy.slow(0);
    expect(news.map(({ type }) => type)).toEqual(['store-ready']);
  });

  test('a slow statement is cancelled by the server, and the store stays', async () => {
    const { error, ms } = await failureOf(sql`select pg_sleep(10)`.execute(store.db));
    expect(error).toMatchObject({ code: 'store-timeout', sqlState: '57014' });
    expect(ms).toBeLessThan(BUDGET_MS + SLACK_MS);
    expect(store.state.status).toBe('ready');
  });

  test('more queries than connections wait for one, and no longer than their time', async () => {
    const slow = Array.from({ length: 8 }, () => sql`select pg_sleep(1.5)`.execute(store.db));
    const waiting = Array.from({ length: 4 }, () => sql`select pg_sleep(1.5)`.execute(store.db));
    await Promise.all(slow);
    for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe('rejected');
    expect(store.state.status).toBe('ready');
    await ask();
  });

  test('the server restarts its connections', async () => {
    await ask();
    await asSuperuser((client) =>
      client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
        new URL(direct).pathname.slice(1),
      ]),
    );
    await expect
      .poll(
        () =>
          ask().then(
            () => true,
            () => false,
          ),
        { timeout: 5000, interval: 20 },
      )
      .toBe(true);
  });
});

describe('facts on a failing line', () => {
  beforeEach(async () => store.ready);

  test('in a deadlock with somebody else, they try again', async () => {
    const tenant = newTenant();
    await store.apply([factOf(OPENED, { tenant })]);
    const applied = await asSuperuser(async (client) => {
      await client.query('begin');
      await client.query('select 1 from contacts where tenant = $1 for update', [tenant]);
      const applying = store.apply([factOf(OPENED, { tenant, callSid: 'CA0' }), factOf(turn(0, 'hello'), { tenant })]);
      const isWaiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      await expect.poll(async () => (await client.query(isWaiting)).rowCount).toBe(1);
      await client.query(`select 1 from calls where tenant = $1 and call_sid = 'CA1' for update`, [tenant]);
      await client.query('commit');
      return applying;
    }, direct);
    expect(applied).toMatchObject({ applied: 2, refused: [], unfit: [] });
    const deadlocks = `select deadlocks > 0 as met from pg_stat_database where datname = current_database()`;
    const met = () => asSuperuser(async (client) => (await client.query(deadlocks)).rows[0]?.met as boolean, direct);
    await expect.poll(met, { timeout: 5000 }).toBe(true); // the server counts them a little later
  });

  test('the commit went through and its answer was lost: told again, nothing doubles', async () => {
    const tenant = newTenant();
    await store.apply([factOf(OPENED, { tenant })]);
    const blocker = asSuperuser(async (client) => {
      await client.query('begin');
      await client.query('select 1 from calls where tenant = $1 for update', [tenant]);
      const applying = failureOf(store.apply([factOf(turn(0, 'hello'), { tenant })]));
      await expect
        .poll(
          async () =>
            (
              await client.query(
                `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
              )
            ).rowCount,
        )
        .toBe(1);
      await proxy.set('deaf');
      await client.query('commit');
      return applying;
    }, direct);
    const { error } = await blocker;
    expect(error.retryable).toBe(true);
    const from = news.length;
    await proxy.set('pass');
    await told('store-ready', from);
    await store.apply([factOf(turn(0, 'hello'), { tenant })]);
    expect(await listTurns(store.db, tenant, 'CA1')).toHaveLength(1);
  });

  test('cut at every moment and told again, each fact is there once', async () => {
    const tenant = newTenant();
    const sids = Array.from({ length: 10 }, (_, i) => `CA${i}`);
    const waiting = sids.map((callSid) => wholeCall({ tenant, callSid }));
    let cuts = 0;
    while (waiting.length > 0) {
      const applying = store.apply(waiting[0]!);
      if (cuts < 40) {
        cuts++;
        setTimeout(() => proxy.reset(), cuts * 2);
      }
      const isDone = await applying.then(
        () => true,
        () => false,
      );
      if (isDone) waiting.shift();
      await expect.poll(() => store.state.status, { timeout: 5000, interval: 5 }).toBe('ready');
    }
    for (const callSid of sids) {
      expect(await findCall(store.db, tenant, callSid)).toMatchObject({ state: 'ended' });
      expect(await listTurns(store.db, tenant, callSid)).toHaveLength(3);
    }
  });
});

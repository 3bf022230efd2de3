/** The schema moves forward only, by one process at a time, whole steps or none. */
import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { currentSchema, type Migrated, migrate } from '../../../src/store/migrate.ts';
import { MIGRATIONS } from '../../../src/store/migrations/all.ts';
import type { Migration } from '../../../src/store/migrations/migration.ts';
import { PostgresEngine } from '../../../src/store/postgres/engine.ts';
import { openStore, type StoreNews } from '../../../src/store/store.ts';
import { asSuperuser, createDatabase } from './engines.ts';

const clock = createRealClock();
const step = (version: number, sql: string, compatibleFrom = 1): Migration => ({
  version,
  name: `step-${version}`,
  compatibleFrom,
  sql,
});
const ONE = step(1, 'create table a (x integer)');
const TWO = step(2, 'alter table a add column y integer');

async function migrateTo(databaseUrl: string, migrations: readonly Migration[]): Promise<Migrated> {
  const events = { onLost: () => {}, onRebuilt: () => {}, onFactsLost: async () => {} };
  const engine = new PostgresEngine({ databaseUrl, applicationName: 'test', poolSize: 2, clock, events });
  await engine.connect();
  const session = await engine.acquire(30_000);
  try {
    return (await currentSchema(session, migrations)) ?? (await migrate(session, migrations));
  } finally {
    session.release(true);
    await engine.close();
  }
}

const versionsOf = (url: string) =>
  asSuperuser(async (client) => {
    const { rows } = await client.query('select version from schema_migrations order by version');
    return rows.map(({ version }) => version as number);
  }, url);

describe('migrations', () => {
  test('are numbered without a gap, and compatibility only grows', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
    for (const [i, { version, compatibleFrom }] of MIGRATIONS.entries()) {
      expect(compatibleFrom).toBeLessThanOrEqual(version);
      expect(compatibleFrom).toBeGreaterThanOrEqual(MIGRATIONS[i - 1]?.compatibleFrom ?? 1);
    }
  });

  test('run once, then only what is new', async () => {
    const url = await createDatabase();
    expect(await migrateTo(url, [ONE])).toEqual({ from: 0, to: 1 });
    expect(await migrateTo(url, [ONE])).toEqual({ from: 1, to: 1 });
    expect(await migrateTo(url, [ONE, TWO])).toEqual({ from: 1, to: 2 });
    expect(await versionsOf(url)).toEqual([1, 2]);
  });

  test('a step that fails leaves nothing of itself, and keeps those before it', async () => {
    const url = await createDatabase();
    const broken = step(2, 'create table b (x integer); alter table nowhere add column y integer');
    await expect(migrateTo(url, [ONE, broken])).rejects.toMatchObject({ code: 'store-failed', sqlState: '42P01' });
    expect(await versionsOf(url)).toEqual([1]);
    expect(await migrateTo(url, [ONE, step(2, 'create table b (x integer)')])).toEqual({ from: 1, to: 2 });
  });

  test('old code works on a schema that only grew, and refuses one that has shrunk', async () => {
    const url = await createDatabase();
    await migrateTo(url, [ONE, TWO]);
    expect(await migrateTo(url, [ONE])).toEqual({ from: 2, to: 2 });
    await migrateTo(url, [ONE, TWO, step(3, 'alter table a drop column x', 2)]);
    await expect(migrateTo(url, [ONE])).rejects.toMatchObject({ code: 'config-invalid', key: 'DATABASE_URL' });
    expect(await migrateTo(url, [ONE, TWO])).toEqual({ from: 3, to: 3 });
  });

  test('who was an admin is an owner, and nobody is an admin any more', async () => {
    const url = await createDatabase();
    await migrateTo(
      url,
      MIGRATIONS.filter(({ name }) => name !== 'accounts').map((one, i) => ({ ...one, version: i + 1 })),
    );
    const add = (id: string, role: string) =>
      asSuperuser(
        (client) =>
          client.query(`insert into users (tenant, user_id, email, role) values ('t', $1, $1, $2)`, [id, role]),
        url,
      );
    await asSuperuser((client) => client.query(`insert into tenants (tenant) values ('t')`), url);
    await add('dana', 'admin');
    await add('noa', 'viewer');
    const accounts = MIGRATIONS.find(({ name }) => name === 'accounts')!;
    await asSuperuser((client) => client.query(accounts.sql), url);
    const { rows } = await asSuperuser((client) => client.query('select role from users order by user_id'), url);
    expect(rows.map(({ role }) => role)).toEqual(['owner', 'viewer']);
    await expect(add('tal', 'admin')).rejects.toThrow(/users_role_check/);
  });

  test('of many nodes that start at once, one migrates and all are ready', async () => {
    const databaseUrl = await createDatabase();
    const news: StoreNews[] = [];
    const stores = Array.from({ length: 5 }, () =>
      openStore({ databaseUrl, clock, poolSize: 2, onNews: (one) => news.push(one) }),
    );
    await Promise.all(stores.map(({ ready }) => ready));
    const moved = news.flatMap((one) => (one.type === 'store-ready' ? [one.schema.from] : []));
    expect(moved.filter((from) => from === 0)).toHaveLength(1);
    expect(moved).toHaveLength(5);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a store of a newer, incompatible schema tells the operator, and changes nothing', async () => {
    const databaseUrl = await createDatabase();
    const first = openStore({ databaseUrl, clock });
    await first.ready;
    await first.close();
    await asSuperuser(
      (client) => client.query(`insert into schema_migrations values (1000, 'of-the-future', 999)`),
      databaseUrl,
    );
    const store = openStore({ databaseUrl, clock });
    await expect(store.ready).rejects.toThrow(/schema 1000/);
    expect(store.state.status).toBe('refused');
    await store.close();
  });
});

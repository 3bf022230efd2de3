/** A connection pooler between Kav and its database: sessions that are not kept are found, and said. */
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import type { EngineSession } from '../../../src/store/engine.ts';
import { requireOwnSessions } from '../../../src/store/postgres/own-session.ts';
import { PostgresSession } from '../../../src/store/postgres/session.ts';
import { openStore } from '../../../src/store/store.ts';
import { TEMPLATE } from '../setup.ts';
import { asSuperuser, createDatabase } from './engines.ts';

const clients: pg.Client[] = [];
beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const client = new pg.Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    clients.push(client);
  }
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
});

/** A session whose statements go to a connection of the server's that is chosen anew each time. */
function sessionOn(choose: () => pg.Client): EngineSession {
  const clock = createRealClock();
  const on = () =>
    new PostgresSession({
      clock,
      client: choose(),
      budgetMs: 5_000,
      since: clock.now(),
      giveBack: () => {},
      onLost: () => {},
    });
  return { query: (...of) => on().query(...of), script: (sql) => on().script(sql), release: () => {} };
}

const keeping = (i: number): EngineSession => sessionOn(() => clients[i]!);

test('two connections of the database are two sessions', async () => {
  await expect(requireOwnSessions(keeping(0), keeping(1))).resolves.toBeUndefined();
});

test('two that share one are none', async () => {
  const problem = 'DATABASE_URL: leads to a connection pooler that keeps no session';
  await expect(requireOwnSessions(keeping(0), keeping(0))).rejects.toThrow(problem);
});

test('and so is one that goes from one to the other', async () => {
  let next = 1;
  const wandering = sessionOn(() => clients[1 + (next++ % 2)]!);
  await expect(requireOwnSessions(wandering, keeping(0))).rejects.toMatchObject({ key: 'DATABASE_URL' });
});

test('a store that may have only one connection is away, and closes all the same', async () => {
  const url = new URL(await createDatabase(TEMPLATE));
  await asSuperuser((client) => client.query('create role alone login connection limit 1'));
  url.username = 'alone';
  const reason = Promise.withResolvers<string>();
  const store = openStore({
    databaseUrl: url.href,
    clock: createRealClock(),
    onNews: (news) => reason.resolve(news.type === 'store-away' ? news.reason : news.type),
  });
  expect(await reason.promise).toContain('too many connections');
  await store.close();
  expect(store.state.status).toBe('closed');
});

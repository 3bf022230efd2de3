/** Runs once for all service tests: a PostgreSQL server, and a template of a migrated store for each engine. */
import type { TestProject } from 'vitest/node';
import { createRealClock } from '../../src/call/real-clock.ts';
import { openStore } from '../../src/store/store.ts';
import { startPostgres } from './postgres.ts';
import { embeddedSnapshot } from './snapshot.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database `postgres`, as a superuser. */
    postgresUrl: string;
    /** Where the tar of a migrated embedded database is. */
    snapshotFile: string;
  }
}

export const TEMPLATE = 'kav_template';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  await makeTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('snapshotFile', await embeddedSnapshot());
  return () => postgres.stop();
}

async function makeTemplate(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const store = openStore({ databaseUrl: url.replace(/postgres$/, TEMPLATE), clock: createRealClock() });
  await store.ready;
  await store.close();
}

/** The same store on both engines, each test file with a database of its own. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { StoreError } from '../../../src/core/errors.ts';
import { openStore, type Store, type StoreOptions } from '../../../src/store/store.ts';
import { TEMPLATE } from '../setup.ts';

export const ENGINES = ['postgres', 'embedded'] as const;
export type EngineName = (typeof ENGINES)[number];

/** One store for all tests of a `describe`; they keep apart by their tenants. */
export function useStore(engine: EngineName): { readonly store: Store } {
  let opened: Store | undefined;
  beforeAll(async () => {
    opened = openStore({ ...(await freshDatabase(engine)), clock: createRealClock() });
    await opened.ready;
  });
  afterAll(async () => opened?.close());
  return {
    get store() {
      if (!opened) throw new Error('the store is opened before the first test');
      return opened;
    },
  };
}

/** A migrated database that nobody else uses. */
export async function freshDatabase(engine: EngineName): Promise<Omit<StoreOptions, 'clock'>> {
  if (engine === 'embedded') return { snapshot: new Uint8Array(readFileSync(inject('snapshotFile'))) };
  return { databaseUrl: await createDatabase(TEMPLATE) };
}

/** Returns its URL. From `template0` it is empty. */
export async function createDatabase(template = 'template0'): Promise<string> {
  const url = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser((client) => client.query(`create database ${name} template ${template}`));
  return url.replace(/postgres$/, name);
}

export async function asSuperuser<T>(run: (client: pg.Client) => Promise<T>, url = inject('postgresUrl')): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** As whoever has facts to tell does: a store that is busy or away is asked again. */
export async function insist<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable)) throw error;
    }
  }
}

/** A name that no other test uses. */
export function newTenant(): string {
  return `tenant-${randomUUID()}`;
}

/** Brings the schema up to the code. */
import { ConfigError } from '../core/errors.ts';
import type { EngineSession } from './engine.ts';
import { MIGRATIONS } from './migrations/all.ts';
import type { Migration } from './migrations/migration.ts';

/** Any number, as long as it is nobody else's: "Kav" in ASCII. */
const LOCK = 0x4b6176;

const OWN_TABLE = `
  create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    compatible_from integer not null,
    applied_at timestamptz not null default now()
  )`;

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/**
 * What the schema is, if nothing is missing: a question that is answered at once, unlike a step. Throws as `migrate`.
 */
export async function currentSchema(session: EngineSession, migrations = MIGRATIONS): Promise<Migrated | undefined> {
  const { rows } = await session.query(`select to_regclass('schema_migrations') is not null as "isMade"`, []);
  if (rows[0]?.['isMade'] !== true) return undefined;
  const version = await versionOf(session, migrations);
  return version < newestOf(migrations) ? undefined : { from: version, to: version };
}

/**
 * Runs what is missing, each step in a transaction, under a lock that lets one process at a time do so: the others wait
 * and find it done. Throws `ConfigError` for a schema that is too new for this code, and leaves it alone. The session
 * must allow for the wait, and be destroyed afterwards if this rejects.
 */
export async function migrate(session: EngineSession, migrations = MIGRATIONS): Promise<Migrated> {
  await session.query('select pg_advisory_lock($1::bigint)', [LOCK]);
  try {
    await session.query(OWN_TABLE, []);
    const version = await versionOf(session, migrations);
    for (const migration of migrations) {
      if (migration.version > version) await run(session, migration);
    }
    return { from: version, to: Math.max(version, newestOf(migrations)) };
  } finally {
    await session.query('select pg_advisory_unlock($1::bigint)', [LOCK]);
  }
}

async function versionOf(session: EngineSession, migrations: readonly Migration[]): Promise<number> {
  const { rows } = await session.query(
    `select coalesce(max(version), 0) as version, coalesce(max(compatible_from), 0) as compatible
     from schema_migrations`,
    [],
  );
  const version = Number(rows[0]?.['version']);
  if (Number(rows[0]?.['compatible']) > newestOf(migrations)) throw tooNew(version, newestOf(migrations));
  return version;
}

function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

async function run(session: EngineSession, { version, name, compatibleFrom, sql }: Migration): Promise<void> {
  await session.query('begin', []);
  try {
    await session.script(sql);
    await session.query('insert into schema_migrations (version, name, compatible_from) values ($1, $2, $3)', [
      version,
      name,
      compatibleFrom,
    ]);
    await session.query('commit', []);
  } catch (error) {
    await session.query('rollback', []).catch(() => {}); // the session is destroyed with its transaction
    throw error;
  }
}

function tooNew(version: number, newest: number): ConfigError {
  return new ConfigError(
    'DATABASE_URL',
    `the database has schema ${version}, which this version of Kav (schema ${newest}) cannot work on`,
    'Start the newer version, or use another database',
  );
}

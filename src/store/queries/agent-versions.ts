/** What agents say, in versions. Version 0 is the agent's file, and has no row. */
import { type Selectable, sql } from 'kysely';
import type { Db } from '../schema.ts';
import type { AgentVersionsTable } from '../schema-console.ts';
import { ensureTenant, inTransaction, now } from '../sql.ts';

type Version = Selectable<AgentVersionsTable>;

/** The newest first. */
export async function listAgentVersions(db: Db, tenant: string, agent: string): Promise<readonly Version[]> {
  return db
    .selectFrom('agent_versions')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('agent', '=', agent)
    .orderBy('version', 'desc')
    .execute();
}

export async function findAgentVersion(
  db: Db,
  tenant: string,
  { agent, version }: { readonly agent: string; readonly version: number },
): Promise<Version | undefined> {
  return db
    .selectFrom('agent_versions')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('agent', '=', agent)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** Undefined while the agent's file speaks for itself. */
export async function findPublishedVersion(db: Db, tenant: string, agent: string): Promise<Version | undefined> {
  return db
    .selectFrom('published_agents as p')
    .innerJoin('agent_versions as v', (join) =>
      join.onRef('v.tenant', '=', 'p.tenant').onRef('v.agent', '=', 'p.agent').onRef('v.version', '=', 'p.version'),
    )
    .selectAll('v')
    .where('p.tenant', '=', tenant)
    .where('p.agent', '=', agent)
    .executeTakeFirst();
}

export interface NewVersion {
  readonly agent: string;
  readonly greeting: string;
  readonly instructions: string | null;
  readonly note: string;
  readonly madeBy: string;
}

export async function addAgentVersion(db: Db, tenant: string, version: NewVersion): Promise<Version> {
  const { agent, greeting, instructions, madeBy, note } = version;
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    // Two who save at once get two numbers.
    await sql`select pg_advisory_xact_lock(4939127, hashtext(${`${tenant}\n${agent}`}))`.execute(trx);
    return trx
      .insertInto('agent_versions')
      .values({
        tenant,
        agent,
        version: sql<number>`(select coalesce(max(version), 0) + 1 from agent_versions
          where tenant = ${tenant} and agent = ${agent})`,
        greeting,
        instructions,
        note,
        made_by: madeBy,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** Version 0 gives the word back to the agent's file. False when there is no such version. */
export async function publishAgentVersion(
  db: Db,
  tenant: string,
  { agent, by, version }: { readonly agent: string; readonly version: number; readonly by: string },
): Promise<boolean> {
  if (version === 0) {
    await db.deleteFrom('published_agents').where('tenant', '=', tenant).where('agent', '=', agent).execute();
    return true;
  }
  if (!(await findAgentVersion(db, tenant, { agent, version }))) return false;
  await db
    .insertInto('published_agents')
    .values({ tenant, agent, version, published_by: by })
    .onConflict((oc) => oc.columns(['tenant', 'agent']).doUpdateSet({ version, published_by: by, published_at: now() }))
    .execute();
  return true;
}

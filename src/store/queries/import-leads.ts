import { sql } from 'kysely';
import type { Db } from '../schema.ts';
import { ensureTenant, inTransaction } from '../sql.ts';

export interface GivenLead {
  /** For a lead that is new. */
  readonly newId: string;
  /** Of a lead that is there, as an export tells it. */
  readonly leadId: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  /** Null leaves what is there. */
  readonly stage: string | null;
  readonly note: string | null;
}

/** What a file brought; two leads of it are the same when name and number are. */
export const IMPORT_FLOW = 'import';

/**
 * Adds leads, and changes stage and note of those that are there: by their id, else by name and number among those that
 * came from a file. The same again and again changes nothing more. Each lead once.
 */
export async function importLeads(
  db: Db,
  tenant: string,
  { firstStage, leads }: { readonly firstStage: string; readonly leads: readonly GivenLead[] },
): Promise<{ readonly added: number; readonly changed: number }> {
  if (leads.length === 0) return { added: 0, changed: 0 };
  return inTransaction(db, async (trx) => {
    await ensureTenant(trx, tenant);
    // Two imports of the same file at once would each find nothing.
    await sql`select pg_advisory_xact_lock(4939126, hashtext(${tenant}))`.execute(trx);
    const column = (name: keyof GivenLead) => sql`${leads.map((lead) => lead[name])}::text[]`;
    const { rows } = await sql<{ added: number; changed: number }>`
      with given as (
        select g.*, coalesce(
          (select l.lead_id from leads l where l.tenant = ${tenant} and l.lead_id = g.given_id),
          (select l.lead_id from leads l
            where l.tenant = ${tenant} and l.flow = ${IMPORT_FLOW}
              and l.phone is not distinct from g.phone and l.name is not distinct from g.name limit 1)) as known
        from unnest(${column('newId')}, ${column('leadId')}, ${column('name')}, ${column('phone')}, ${column('stage')},
          ${column('note')}) g (new_id, given_id, name, phone, stage, note)
      ), changed as (
        update leads l
        set stage = coalesce(g.stage, l.stage), note = coalesce(g.note, l.note), updated_at = now()
        from given g
        where l.tenant = ${tenant} and l.lead_id = g.known
          and (coalesce(g.stage, l.stage), coalesce(g.note, l.note)) is distinct from (l.stage, l.note)
        returning 1
      ), added as (
        insert into leads (tenant, lead_id, flow, status, stage, slots, name, phone, note, created_at, updated_at)
        select ${tenant}, new_id, ${IMPORT_FLOW}, 'completed', coalesce(stage, ${firstStage}), '{}', name, phone, note,
          now(), now()
        from given where known is null
        returning 1
      )
      select (select count(*) from added) as added, (select count(*) from changed) as changed`.execute(trx);
    return rows[0]!;
  });
}

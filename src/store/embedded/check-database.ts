import type { PGlite } from '@electric-sql/pglite';

/** Facts whose projection is missing: the two were written in one transaction, of which only a part is left. */
const HALF_KEPT = `
  select 1 from events e where
    (type = 'turn' and not exists (select from turns t where (t.tenant, t.call_sid, t.key) = (e.tenant, e.call_sid, e.key)))
    or (type = 'tool-effect' and not exists (
      select from tool_effects t where (t.tenant, t.call_sid, t.key) = (e.tenant, e.call_sid, e.key)))
    or not exists (select from calls c where (c.tenant, c.call_sid) = (e.tenant, e.call_sid))
  limit 1`;

/**
 * After a power cut, PGlite may open a folder of which the disk kept only some pages. Reads every row of every table and
 * builds every index anew, which fails on what is torn. Throws for a database that is not to be trusted.
 */
export async function checkDatabase(database: PGlite): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of rows) await database.query(`select sum(length(t::text)) from ${name} t`);
  await database.exec('reindex system');
  await database.exec('reindex database');
  if (!rows.some(({ name }) => name === 'public.events')) return;
  const halves = await database.query(HALF_KEPT);
  if (halves.rows.length > 0) throw new Error('facts without what they brought about');
}

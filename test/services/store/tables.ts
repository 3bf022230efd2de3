/** What the database itself says of its tables. */
import { sql } from 'kysely';
import type { Db } from '../../../src/store/schema.ts';

export interface Column {
  readonly table: string;
  readonly name: string;
  /** As in `information_schema`: `text`, `bigint`, `timestamp with time zone` … */
  readonly type: string;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  readonly isIdentity: boolean;
  /** The values that a check allows, when it lists them. */
  readonly oneOf: readonly string[];
}

export interface Key {
  readonly table: string;
  readonly type: 'primary' | 'unique' | 'foreign';
  readonly columns: readonly string[];
  /** Of a foreign key. */
  readonly refersTo?: string;
  readonly refersToColumns?: readonly string[];
}

export async function columnsOf(db: Db): Promise<readonly Column[]> {
  const checks = await sql<{ table: string; name: string; definition: string }>`
    select c.conrelid::regclass::text as table, a.attname as name, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.contype = 'c' and c.connamespace = 'public'::regnamespace`.execute(db);
  const { rows } = await sql<Omit<Column, 'oneOf'>>`
    select table_name as "table", column_name as name, data_type as type, is_nullable = 'YES' as "isNullable",
      column_default is not null as "hasDefault", is_identity = 'YES' as "isIdentity"
    from information_schema.columns
    where table_schema = 'public' and table_name <> 'schema_migrations'
    order by table_name, ordinal_position`.execute(db);
  return rows.map((column) => {
    const check = checks.rows.find(({ table, name }) => table === column.table && name === column.name);
    const listed = check?.definition.includes('ARRAY[') ? check.definition.matchAll(/'([^']+)'::text/g) : [];
    return { ...column, oneOf: [...listed].map(([, value]) => value!) };
  });
}

export async function keysOf(db: Db): Promise<readonly Key[]> {
  const { rows } = await sql<{
    table: string;
    type: string;
    columns: string[];
    refersTo: string | null;
    refersToColumns: string[];
  }>`
    select c.conrelid::regclass::text as table, c.contype as type,
      array(select a.attname::text from unnest(c.conkey) with ordinality k (num, at)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num order by k.at) as columns,
      array(select a.attname::text from unnest(c.confkey) with ordinality k (num, at)
        join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num order by k.at) as "refersToColumns",
      case when c.confrelid = 0 then null else c.confrelid::regclass::text end as "refersTo"
    from pg_constraint c
    where c.contype in ('p', 'u', 'f') and c.connamespace = 'public'::regnamespace
      and c.conrelid <> 'schema_migrations'::regclass`.execute(db);
  const types = { p: 'primary', u: 'unique', f: 'foreign' } as const;
  return rows.map(({ table, type, columns, refersTo, refersToColumns }) => ({
    table,
    type: types[type as keyof typeof types],
    columns,
    ...(refersTo === null ? {} : { refersTo, refersToColumns }),
  }));
}

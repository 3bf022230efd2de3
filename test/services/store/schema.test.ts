/** The types of the tables, written by hand, are what the migrations make. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ENGINES, useStore } from './engines.ts';
import { type Column, columnsOf, keysOf } from './tables.ts';

const folder = new URL('../../../src/store/', import.meta.url);
const source = readdirSync(folder)
  .filter((file) => /^schema.*\.ts$/.test(file))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');
/** What is the cluster's, and belongs to no tenant. */
const WITHOUT_TENANT = ['nodes'];

describe.each(ENGINES)('%s', (engine) => {
  const held = useStore(engine);

  test('every column is typed as it is, and every typed column is there', async () => {
    const columns = await columnsOf(held.store.db);
    const made = columns.map((column) => `${column.table}.${column.name}: ${typeOfColumn(column)}`);
    expect(typedColumns()).toEqual(made.sort());
  });

  test('every table has its tenant in its key, and every reference carries it', async () => {
    const { db } = held.store;
    const tables = new Set((await columnsOf(db)).map(({ table }) => table));
    const keys = await keysOf(db);
    for (const table of tables) {
      if (WITHOUT_TENANT.includes(table)) continue;
      const own = keys.filter((key) => key.table === table);
      expect(
        own.filter(({ type }) => type === 'primary').map(({ columns }) => columns[0]),
        table,
      ).toEqual(['tenant']);
      for (const { columns, refersToColumns = ['tenant'] } of own) {
        expect([columns[0], refersToColumns[0]], `${table} (${columns})`).toEqual(['tenant', 'tenant']);
      }
      const toTenant = own.some(({ refersTo }) => refersTo !== undefined);
      expect(toTenant || table === 'tenants', `${table} refers to its tenant, if only by another table`).toBe(true);
    }
  });
});

/** `calls.state: text = 'opened' | 'ended'`, `leads.note: text or nothing`. */
function typeOfColumn({ type, isNullable, hasDefault, isIdentity, oneOf }: Column): string {
  const names: Readonly<Record<string, string>> = {
    'timestamp with time zone': 'time',
    bigint: 'number',
    integer: 'number',
    jsonb: 'json',
  };
  const values = oneOf.length === 0 ? '' : ` = ${[...oneOf].sort().join(' | ')}`;
  const given = hasDefault || isIdentity ? ', or by default' : '';
  return `${names[type] ?? type}${values}${isNullable ? ', or null' : given}`;
}

/** The same, from the text of the interfaces. */
function typedColumns(): readonly string[] {
  const tables = new Map([...source.matchAll(/^ {2}(\w+): (\w+Table);$/gm)].map(([, name, type]) => [type!, name!]));
  const aliases = new Map(
    [...source.matchAll(/^export type (\w+) = ('[^;]+);$/gm)].map(([, name, type]) => [name!, type!]),
  );
  return [...source.matchAll(/^export interface (\w+Table) \{\n([\s\S]*?)^\}/gm)]
    .flatMap(([, type, body]) =>
      [...body!.matchAll(/^ {2}(\w+): (.+);$/gm)].map(
        ([, column, written]) => `${tables.get(type!)}.${column}: ${typeOfText(written!, aliases)}`,
      ),
    )
    .sort();
}

function typeOfText(written: string, aliases: ReadonlyMap<string, string>): string {
  const fixed: Readonly<Record<string, string>> = {
    Time: 'time',
    MaybeTime: 'time, or null',
    TimeByDefault: 'time, or by default',
    string: 'text',
  };
  const [, wrapper, inner] = /^(Generated|Maybe|Json|JsonByDefault|MaybeJson)<(.+)>$/.exec(written) ?? [];
  if (wrapper === 'Json') return 'json';
  if (wrapper === 'JsonByDefault') return 'json, or by default';
  if (wrapper === 'MaybeJson') return 'json, or null';
  if (inner !== undefined) {
    return `${typeOfText(inner, aliases)}${wrapper === 'Maybe' ? ', or null' : ', or by default'}`;
  }
  const resolved = aliases.get(written) ?? written;
  if (!resolved.startsWith("'")) return fixed[resolved] ?? resolved;
  return `text = ${[...resolved.matchAll(/'([^']+)'/g)]
    .map(([, value]) => value!)
    .sort()
    .join(' | ')}`;
}

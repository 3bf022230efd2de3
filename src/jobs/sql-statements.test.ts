import { getConstructionPlans } from 'pg-boss';
import { expect, test } from 'vitest';
import { sqlStatements } from './sql-statements.ts';

test.each([
  ['select 1', ['select 1']],
  [' ; begin; select 1 ;\ncommit;; ', ['begin', 'select 1', 'commit']],
  ["select 'a;b', 'it''s; so'; select 2", ["select 'a;b', 'it''s; so'", 'select 2']],
  ['select "a;""b"; select 2', ['select "a;""b"', 'select 2']],
  ['do $$ begin perform 1; end $$; select 2', ['do $$ begin perform 1; end $$', 'select 2']],
  ['do $a$ select $$x;y$$; $a$; select 2', ['do $a$ select $$x;y$$; $a$', 'select 2']],
  ['select 1 -- one; two\n; select 2', ['select 1 -- one; two', 'select 2']],
  ['select 1 /* one; two */; select 2', ['select 1 /* one; two */', 'select 2']],
  ['', []],
])('%j', (script, statements) => {
  expect(sqlStatements(script)).toEqual(statements);
});

test("pg-boss's own scripts are cut where they should be", () => {
  const statements = sqlStatements(getConstructionPlans('kav_jobs'));
  expect(statements[0]).toMatch(/^BEGIN$/i);
  expect(statements.at(-1)).toMatch(/^COMMIT$/i);
  const first = new Set(statements.map((statement) => statement.split(/\s/)[0]!.toUpperCase()));
  expect([...first].sort()).toEqual(['ALTER', 'BEGIN', 'COMMIT', 'CREATE', 'DO', 'INSERT', 'SELECT', 'SET']);
});

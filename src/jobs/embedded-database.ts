import { CompiledQuery, type Kysely } from 'kysely';
import type { JobsDatabase } from './boss.ts';
import { sqlStatements } from './sql-statements.ts';

/**
 * pg-boss over the store's own embedded database, which has one connection. A script runs as one transaction: a failure
 * in its middle leaves nothing half done and the connection clean, and the rows of every statement are returned.
 */
export function jobsDatabaseOf<S>(db: Kysely<S>): JobsDatabase {
  const run = (on: Kysely<S>, text: string, values: readonly unknown[]) =>
    on.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...values]));
  return {
    async executeSql(text, values = []) {
      const statements = values.length > 0 ? [text] : sqlStatements(text);
      if (statements.length === 1) return { rows: (await run(db, statements[0]!, values)).rows };
      return await db.transaction().execute(async (trx) => {
        const rows: Record<string, unknown>[] = [];
        for (const statement of statements) {
          if (!/^(?:begin|commit)$/i.test(statement)) rows.push(...(await run(trx, statement, [])).rows);
        }
        return { rows };
      });
    },
  };
}

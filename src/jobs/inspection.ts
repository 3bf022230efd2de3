/** What is waiting, what fails and what is dead, read from pg-boss's own table. */
import type { PgBoss } from 'pg-boss';
import { JOBS_SCHEMA, type JobsDatabase } from './boss.ts';
import { deadLetterOf, QUEUE_NAMES, QUEUES, type QueueName } from './queues.ts';

export interface QueueDepth {
  readonly queue: QueueName;
  /** Those that will be tried, now or later. */
  readonly waiting: number;
  readonly active: number;
  readonly dead: number;
}

export interface FailingJob {
  readonly queue: QueueName;
  readonly id: string;
  readonly isDead: boolean;
  readonly tenant: string | undefined;
  readonly callSid: string | undefined;
  readonly attempts: number;
  readonly problem: string;
  /** ISO 8601: when it is tried again, or died. */
  readonly at: string;
}

const TABLE = `${JOBS_SCHEMA}.job`;

export async function readDepths(boss: PgBoss): Promise<readonly QueueDepth[]> {
  const sql = `SELECT name, state::text AS state, count(*)::int AS jobs FROM ${TABLE} GROUP BY 1, 2`;
  const { rows } = await boss.getDb().executeSql(sql);
  const count = (name: string, ...states: readonly string[]): number =>
    rows.reduce((sum, row) => (row.name === name && states.includes(row.state) ? sum + row.jobs : sum), 0);
  return QUEUE_NAMES.map((queue) => ({
    queue,
    waiting: count(queue, 'created', 'retry'),
    active: count(queue, 'active'),
    dead: count(deadLetterOf(queue), 'created'),
  }));
}

export async function listFailing(boss: PgBoss, limit: number): Promise<readonly FailingJob[]> {
  const sql = `
    SELECT id, name, data, retry_count, output, source_output, source_retry_count,
           CASE WHEN state = 'retry' THEN start_after ELSE created_on END AS at
    FROM ${TABLE}
    WHERE state = 'retry' OR (state = 'created' AND name = ANY($1::text[]))
    ORDER BY at DESC LIMIT $2`;
  const { rows } = await boss.getDb().executeSql(sql, [QUEUE_NAMES.map(deadLetterOf), limit]);
  return rows.flatMap((row) => {
    const queue = QUEUE_NAMES.find((name) => row.name === name || row.name === deadLetterOf(name));
    if (queue === undefined) return [];
    const isDead = row.name !== queue;
    return [
      {
        queue,
        id: String(row.id),
        isDead,
        tenant: textOf(row.data?.tenant),
        callSid: textOf(row.data?.callSid),
        attempts: Number(isDead ? row.source_retry_count : row.retry_count) + (isDead ? 1 : 0),
        problem: textOf((isDead ? row.source_output : row.output)?.problem) ?? 'it took too long, or its server died',
        at: new Date(row.at).toISOString(),
      },
    ];
  });
}

/**
 * In a queue that keeps its order a job that has finally failed holds up those of its key. Its copy is with the dead
 * letters: it may go, and the others on. Resolves with how many there were.
 */
export async function freeBlockedKeys(boss: PgBoss): Promise<number> {
  const inOrder = QUEUE_NAMES.filter((queue) => QUEUES[queue].inOrder);
  const sql = `DELETE FROM ${TABLE} WHERE name = ANY($1::text[]) AND state = 'failed' RETURNING id`;
  return (await boss.getDb().executeSql(sql, [inOrder])).rows.length;
}

/**
 * Whatever the state of those jobs, but for those that tell of an erasure. A running one finds its call erased. Nothing
 * happens where there never were jobs.
 */
export async function deleteJobsOf(
  database: JobsDatabase,
  tenant: string,
  callSids: readonly string[],
): Promise<number> {
  const { rows: tables } = await database.executeSql(`SELECT to_regclass('${TABLE}') AS there`);
  if (tables[0]?.['there'] === null) return 0;
  const sql = `
    DELETE FROM ${TABLE} WHERE data->>'tenant' = $1 AND data->>'callSid' = ANY($2::text[])
      AND data->>'type' IS DISTINCT FROM 'call.erased' RETURNING id`;
  return (await database.executeSql(sql, [tenant, callSids])).rows.length;
}

/** Before this everything has been looked at; some minutes of doubt are taken off. After a week's rest it is a week ago. */
export async function lastUpkeep(boss: PgBoss): Promise<Date> {
  const sql = `
    SELECT greatest(max(started_on) - interval '5 minutes', now() - interval '6 days') AS since
    FROM ${TABLE} WHERE name = 'upkeep' AND state = 'completed'`;
  const { rows } = await boss.getDb().executeSql(sql);
  return new Date(rows[0]?.since);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

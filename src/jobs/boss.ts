/** pg-boss over either engine, with its queues. */
import { type ConstructorOptions, PgBoss } from 'pg-boss';
import { deadLetterOf, KEEP_DEAD_SEC, KEEP_FINISHED_SEC, QUEUE_NAMES, QUEUES } from './queues.ts';

/** As far as jobs need a database: any number of statements without values, or one with them. */
export interface JobsDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

export type JobsEngine =
  /** Jobs have a few connections of their own, so that a busy store does not starve them, nor they it. */
  | { readonly kind: 'postgres'; readonly connectionString: string }
  /** One process only: it wakes its own workers, and there is nobody else to listen for. */
  | { readonly kind: 'embedded'; readonly database: JobsDatabase };

export const JOBS_SCHEMA = 'kav_jobs';
const CONNECTIONS = 4;

export function createBoss(engine: JobsEngine): PgBoss {
  const database: ConstructorOptions =
    engine.kind === 'postgres'
      ? {
          connectionString: engine.connectionString,
          application_name: 'kav-jobs',
          max: CONNECTIONS,
          connectionTimeoutMillis: 2000,
          useListenNotify: true,
        }
      : { db: engine.database, backend: 'pglite' };
  return new PgBoss({ ...database, schema: JOBS_SCHEMA, schedule: true, persistWarnings: false, monitorVacuum: false });
}

/** Makes the queues, and gives those of an older version today's rules. */
export async function setUpQueues(boss: PgBoss): Promise<void> {
  for (const queue of QUEUE_NAMES) {
    const { retries, firstDelaySec, mostDelaySec, attemptSec, inOrder } = QUEUES[queue];
    const dead = deadLetterOf(queue);
    await boss.createQueue(dead, {
      retryLimit: 0,
      retentionSeconds: KEEP_DEAD_SEC,
      deleteAfterSeconds: KEEP_FINISHED_SEC,
    });
    const rules = {
      retryLimit: retries,
      retryDelay: firstDelaySec,
      retryBackoff: firstDelaySec > 0,
      ...(firstDelaySec > 0 ? { retryDelayMax: mostDelaySec } : {}),
      expireInSeconds: attemptSec,
      retentionSeconds: KEEP_DEAD_SEC,
      deleteAfterSeconds: KEEP_FINISHED_SEC,
      deadLetter: dead,
      notify: true,
    };
    await boss.createQueue(queue, { ...rules, policy: inOrder ? 'key_strict_fifo' : 'standard' });
    await boss.updateQueue(queue, rules);
  }
  await boss.schedule('retention', '17 3 * * *', {}, { tz: 'UTC' });
  await boss.schedule('upkeep', '* * * * *', {}, { tz: 'UTC' });
}

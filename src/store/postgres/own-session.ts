import { ConfigError } from '../../core/errors.ts';
import type { EngineSession } from '../engine.ts';

/** A pooler may happen to give the same session back. */
const TRIES = 3;

/**
 * Finds a connection pooler that gives each transaction another session: what is set in one session is then seen in the
 * other, or lost. Nothing else does that, so a database that merely is slow is never taken for one. Throws `ConfigError`.
 */
export async function requireOwnSessions(one: EngineSession, other: EngineSession): Promise<void> {
  for (let tried = 0; tried < TRIES; tried++) {
    const mark = `${Math.random()}`;
    await one.query(`select set_config('kav.session', $1, false)`, [mark]);
    await other.script('begin');
    try {
      const [own, others] = [await markOf(one), await markOf(other)];
      if (own === mark && others !== mark) continue;
    } finally {
      await other.script('rollback');
    }
    throw new ConfigError(
      'DATABASE_URL',
      'leads to a connection pooler that keeps no session, such as PgBouncer in transaction mode',
      "Use its session mode (`pool_mode = session`), or the database's own address: Kav listens for notifications",
    );
  }
}

async function markOf(session: EngineSession): Promise<unknown> {
  const { rows } = await session.query(`select current_setting('kav.session', true) as mark`, []);
  return rows[0]?.['mark'];
}

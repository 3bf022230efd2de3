/** Forgets what is over: sessions, links, counts of guesses. */
import type { Clock } from '../../core/clock.ts';
import { pruneLimits } from '../../store/queries/login-limits.ts';
import { pruneSessions } from '../../store/queries/sessions.ts';
import { pruneTokens } from '../../store/queries/tokens.ts';
import type { Db } from '../../store/schema.ts';
import { FORGET_MS } from './guess-limits.ts';

export interface TidyOptions {
  readonly db: Db;
  readonly tenant: string;
  readonly clock: Clock;
}

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * EVERY_MS;

/** Now and each hour, until the returned function is called. What fails is done an hour later. */
export function startTidying({ clock, db, tenant }: TidyOptions): () => void {
  let isStopped = false;
  let cancel = (): void => {};
  const tidy = async (): Promise<void> => {
    await pruneSessions(db, tenant, 0);
    await pruneTokens(db, tenant, DAY_MS);
    await pruneLimits(db, tenant, FORGET_MS);
  };
  const round = (): void => {
    tidy()
      .catch(() => {}) // the store is away, which others tell of
      .then(() => {
        if (!isStopped) cancel = clock.at(clock.now() + EVERY_MS, round);
      });
  };
  round();
  return () => {
    isStopped = true;
    cancel();
  };
}

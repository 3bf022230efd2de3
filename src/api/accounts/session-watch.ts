/** Looks every other second whether the sessions of live sockets are still good: one query for all of this process. */
import type { Clock } from '../../core/clock.ts';
import { goodSessions, touchSession } from '../../store/queries/sessions.ts';
import type { Db } from '../../store/schema.ts';
import { IDLE_MS } from './session-times.ts';

export interface SessionToWatch {
  readonly sessionHash: string;
  readonly userId: string;
  /** Asked now and then: whether the person has done something since it was asked before, so that nothing is idle. */
  readonly wasUsed: () => boolean;
  /** Called once; also when it cannot be told for long whether the session is still good. */
  readonly onEnd: () => void;
}

/** Tells within 5 s that a session has ended, on whatever node: logged out, expired, its user disabled or changed. */
export interface SessionWatch {
  /** Until the returned function is called. */
  watch(session: SessionToWatch): () => void;
}

export interface WatchableSessions {
  /** Of these sessions, those that are still good. */
  good(sessionHashes: readonly string[]): Promise<readonly string[]>;
  /** Notes that it is in use. */
  touch(session: { readonly sessionHash: string; readonly userId: string }): Promise<void>;
}

export function storedSessions(db: Db, tenant: string): WatchableSessions {
  return {
    good: (sessionHashes) => goodSessions(db, tenant, { sessionHashes, idleMs: IDLE_MS }),
    touch: (session) => touchSession(db, tenant, session),
  };
}

export interface SessionWatchOptions {
  readonly sessions: WatchableSessions;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 2_000;
/** A use is written down at most this often. */
const TOUCH_EVERY_MS = 60_000;
/** A store that is away for a moment costs nobody a live call that they speak in; one that stays away does. */
const UNSURE_MS = 30_000;

interface Watched extends SessionToWatch {
  sureAt: number;
  touchedAt: number;
  isUsed: boolean;
}

export interface OpenSessionWatch extends SessionWatch {
  /** Idempotent. Nobody is told of anything any more. */
  close(): void;
}

export function openSessionWatch({ clock, sessions }: SessionWatchOptions): OpenSessionWatch {
  const watched = new Set<Watched>();
  let cancel: (() => void) | undefined;

  const touchUsed = async (now: number): Promise<void> => {
    for (const one of watched) {
      if (one.wasUsed()) one.isUsed = true;
      if (!one.isUsed || now - one.touchedAt < TOUCH_EVERY_MS) continue;
      one.isUsed = false;
      one.touchedAt = now;
      await sessions.touch(one);
    }
  };

  const look = async (): Promise<void> => {
    const asked = [...watched];
    await touchUsed(clock.now());
    const sessionHashes = [...new Set(asked.map(({ sessionHash }) => sessionHash))];
    const good = new Set(await sessions.good(sessionHashes));
    for (const one of asked) {
      if (good.has(one.sessionHash)) one.sureAt = clock.now();
      else end(one);
    }
  };

  const end = (one: Watched): void => {
    if (watched.delete(one)) one.onEnd();
  };

  const endUnsure = (): void => {
    const now = clock.now();
    for (const one of [...watched]) if (now - one.sureAt > UNSURE_MS) end(one);
  };

  const arm = (): void => {
    if (cancel || watched.size === 0) return;
    cancel = clock.at(clock.now() + LOOK_EVERY_MS, () => {
      // A store that does not answer is no answer: those who have waited too long are ended below.
      look()
        .catch(endUnsure)
        .then(() => {
          cancel = undefined;
          arm();
        });
    });
  };

  return {
    watch: (session) => {
      const now = clock.now();
      const one: Watched = { ...session, sureAt: now, touchedAt: now, isUsed: false };
      watched.add(one);
      arm();
      return () => void watched.delete(one);
    },
    close: () => {
      watched.clear();
      cancel?.();
    },
  };
}

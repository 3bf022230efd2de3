/** Looks every other second whether the sessions of live sockets are still good: one query for all of this process. */
import type { Clock } from '../../core/clock.ts';
import { goodSessions, touchSession } from '../../store/queries/sessions.ts';
import type { Db } from '../../store/schema.ts';
import type { SessionWatch } from '../live-door.ts';
import { IDLE_MS } from './session-times.ts';

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

interface Watched {
  readonly sessionHash: string;
  readonly userId: string;
  readonly onEnd: () => void;
  sureAt: number;
  touchedAt: number;
  wasUsed: boolean;
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
      if (!one.wasUsed || now - one.touchedAt < TOUCH_EVERY_MS) continue;
      one.wasUsed = false;
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
    watch: ({ sessionHash, userId }, onEnd) => {
      const now = clock.now();
      const one: Watched = { sessionHash, userId, onEnd, sureAt: now, touchedAt: now, wasUsed: false };
      watched.add(one);
      arm();
      return {
        used: () => {
          one.wasUsed = true;
        },
        stop: () => void watched.delete(one),
      };
    },
    close: () => {
      watched.clear();
      cancel?.();
    },
  };
}

/** What the frame hands over to the part that tells watchers of live calls. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Caller } from './handler.ts';

export interface LiveDoor {
  /**
   * `GET /api/live` with `Upgrade`. The frame has checked session and Origin; the answer to the upgrade, the socket and
   * its errors belong to the door from here on. It watches `caller.sessionHash` by a `SessionWatch` and closes with 4401
   * when the session ends.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void;
  /** Closes every socket. Idempotent. */
  close(): Promise<void>;
}

export interface WatchedSession {
  /** The person has done something: the session is not idle. Cheap, for every message. */
  used(): void;
  stop(): void;
}

/** Tells within 5 s that a session has ended, on whatever node: logged out, expired, its user disabled or changed. */
export interface SessionWatch {
  /** `onEnd` is called once; also when it cannot be told for long whether the session is still good. */
  watch(session: { readonly sessionHash: string; readonly userId: string }, onEnd: () => void): WatchedSession;
}

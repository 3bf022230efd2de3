/** What the frame of the API needs of the live socket: it has checked Origin, session and role before. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Caller } from '../handler.ts';

export interface Visit {
  readonly caller: Caller;
  /** Aborted when the session that let the caller in is over: the socket is then closed with 4401. */
  readonly ended: AbortSignal;
}

export interface LiveDoor {
  /** Takes over the connection of an upgrade of `/api/live`: answers it, whatever comes. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visit: Visit): void;
  /** Closes every socket with 1001. Idempotent. */
  close(): Promise<void>;
}

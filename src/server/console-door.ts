/** The second half of the HTTP server, loaded when somebody first asks for it: the console and its API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import type { PublicOrigin } from '../twilio/public-origin.ts';

export interface ConsoleDoor {
  /** Whether a page or file of the console answers this request, which is none for the API. */
  hasPage(request: IncomingMessage): boolean;
  /** Answers everything below `/api`, and what `hasPage` has said yes to. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** A WebSocket below `/api` is asked for. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes its sockets. Idempotent. */
  close(): Promise<void>;
}

/** What the server knows of those who ask. */
export interface ConsoleSurroundings {
  readonly clock: Clock;
  /** The configured origin, or else the one of the request. */
  readonly originOf: (request: IncomingMessage) => PublicOrigin | undefined;
  /** As the request tells it, believed only of a trusted proxy. */
  readonly requestedOriginOf: (request: IncomingMessage) => PublicOrigin | undefined;
  readonly addressOf: (request: IncomingMessage) => string | undefined;
}

/** Rejects when there will be no console, for example because the agent's file is wrong. */
export type OpenConsole = (surroundings: ConsoleSurroundings) => Promise<ConsoleDoor>;

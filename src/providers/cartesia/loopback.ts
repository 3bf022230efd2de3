/**
 * A stand-in for Cartesia's socket on 127.0.0.1, with the vendor's checks, messages and refusals. It speaks a tone,
 * 60 ms for a character, in chunks of 400 ms.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Behaviour, Loopback } from '../misbehaviour.ts';
import { type LoopbackState, refusal, serveSocket } from './loopback-socket.ts';

export interface CartesiaLoopback extends Loopback {
  /** The last sentences that were asked for, oldest first, at most 200. */
  readonly texts: readonly string[];
  /** The last generation requests as they came. */
  readonly generations: readonly Readonly<Record<string, unknown>>[];
  /** The sentences that were cancelled. */
  readonly cancelled: readonly string[];
  readonly connections: number;
  /** Ends every open socket as the vendor does after five idle minutes. */
  dropSockets(): void;
  /** Sends a message on every open socket. */
  say(message: string): void;
}

export interface CartesiaLoopbackOptions {
  /** Asked for each sentence, and for each upgrade that it refuses: those two are what is counted. */
  readonly behave?: Behaviour;
}

export async function openCartesiaLoopback(options: CartesiaLoopbackOptions = {}): Promise<CartesiaLoopback> {
  const state: LoopbackState = {
    behave: options.behave ?? (() => undefined),
    requests: 0,
    open: 0,
    connections: 0,
    texts: [],
    generations: [],
    cancelled: [],
    timers: new Set(),
  };
  const key = 'cartesia-loopback-key';
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket: Duplex, head) => {
    state.connections++;
    const refused = statusFor(state, request, key);
    if (refused) refuseUpgrade(socket, refused);
    else sockets.handleUpgrade(request, socket, head, (open) => serveSocket(state, open));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    env: { CARTESIA_API_KEY: key, CARTESIA_BASE_URL: `http://127.0.0.1:${port}` },
    get requests() {
      return state.requests;
    },
    get open() {
      return state.open;
    },
    get connections() {
      return state.connections;
    },
    texts: state.texts,
    generations: state.generations,
    cancelled: state.cancelled,
    dropSockets: () => {
      for (const socket of sockets.clients) socket.close(1000, 'connection idle timeout');
    },
    say: (message) => {
      for (const socket of sockets.clients) socket.send(message);
    },
    close: async () => {
      for (const timer of state.timers) clearTimeout(timer);
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Refused {
  readonly status: number;
  readonly retryAfterSeconds?: number | undefined;
}

function statusFor(state: LoopbackState, request: IncomingMessage, key: string): Refused | undefined {
  const told = state.behave(state.requests);
  if (told?.kind === 'status') {
    state.requests++;
    return told;
  }
  const url = new URL(request.url ?? '/', 'http://loopback');
  if (url.pathname !== '/tts/websocket') return { status: 404 };
  const stated = request.headers['x-api-key'] ?? url.searchParams.get('api_key');
  if (stated !== key) return { status: 401 };
  return /^\d{4}-\d\d-\d\d$/.test(url.searchParams.get('cartesia_version') ?? '') ? undefined : { status: 400 };
}

function refuseUpgrade(socket: Duplex, { status, retryAfterSeconds }: Refused): void {
  const body = JSON.stringify(refusal(status));
  const retryAfter = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nConnection: close\r\n${retryAfter}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

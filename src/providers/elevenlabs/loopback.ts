/**
 * A stand-in for ElevenLabs on 127.0.0.1: the multi-context socket and the streaming request, with the vendor's checks,
 * messages and refusals. It speaks a tone, 60 ms for a character, in chunks of 400 ms.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Behaviour, Loopback } from '../misbehaviour.ts';
import { answerHttp } from './loopback-http.ts';
import { type LoopbackState, refusal, voicePath } from './loopback-shared.ts';
import { serveSocket } from './loopback-socket.ts';

export interface ElevenLabsLoopback extends Loopback {
  /** The last sentences that were asked for, oldest first, at most 200. */
  readonly texts: readonly string[];
  /** The paths and queries of the last upgrades and requests. */
  readonly urls: readonly string[];
  /** The most contexts that a socket ever had open; a sixth is refused. */
  readonly mostContexts: number;
  readonly keepAlives: number;
  /** Ends every open socket as the vendor does after its inactivity timeout. */
  dropSockets(): void;
}

export interface ElevenLabsLoopbackOptions {
  /** Asked for each sentence, and for each upgrade that it refuses: those two are what is counted. */
  readonly behave?: Behaviour;
}

/** How the vendor ends a socket on which no text came for long. */
const INACTIVE = 'Have not received a new text input within the timeout. Streaming input terminated.';

export async function openElevenLabsLoopback(options: ElevenLabsLoopbackOptions = {}): Promise<ElevenLabsLoopback> {
  const state: LoopbackState = {
    behave: options.behave ?? (() => undefined),
    key: 'elevenlabs-loopback-key',
    requests: 0,
    open: 0,
    texts: [],
    urls: [],
    mostContexts: 0,
    keepAlives: 0,
    timers: new Set(),
  };
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((request, response) => answerHttp(state, request, response));
  server.on('upgrade', (request, socket, head) => upgrade(state, sockets, { request, socket, head }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    env: { ELEVENLABS_API_KEY: state.key, ELEVENLABS_BASE_URL: `http://127.0.0.1:${port}` },
    get requests() {
      return state.requests;
    },
    get open() {
      return state.open;
    },
    get mostContexts() {
      return state.mostContexts;
    },
    get keepAlives() {
      return state.keepAlives;
    },
    texts: state.texts,
    urls: state.urls,
    dropSockets: () => {
      for (const socket of sockets.clients) socket.close(1008, INACTIVE);
    },
    close: async () => {
      for (const timer of state.timers) clearTimeout(timer);
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(state: LoopbackState, sockets: WebSocketServer, { request, socket, head }: Upgrade): void {
  const url = new URL(request.url ?? '/', 'http://loopback');
  state.urls.push(request.url ?? '/');
  const told = state.behave(state.requests);
  if (told?.kind === 'status') {
    state.requests++;
    refuseUpgrade(socket, told.status, told.retryAfterSeconds);
  } else if (voicePath(url.pathname) !== 'multi-stream-input') refuseUpgrade(socket, 404);
  else if (url.searchParams.get('model_id')?.startsWith('eleven_v3')) refuseUpgrade(socket, 403);
  else if (url.searchParams.get('output_format') !== 'ulaw_8000') refuseUpgrade(socket, 400);
  else sockets.handleUpgrade(request, socket, head, (open) => serveSocket(state, open, request));
}

function refuseUpgrade(socket: Duplex, status: number, retryAfterSeconds?: number): void {
  const body = refusal(status);
  const retryAfter = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nConnection: close\r\n${retryAfter}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

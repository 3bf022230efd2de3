/**
 * A small voice server such as many have written: routes in a table, `ws` for the stream, a greeting, marks, and `clear`
 * when the caller speaks. It is healthy; a fault replaces one of its parts.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { toneMulaw } from '../../src/audio/tone.ts';
import type { Identity } from './self-signed.ts';

export const TOKEN = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** `127.0.0.1:port`, or the name a tunnel gave. */
  readonly host: string;
  readonly fields: URLSearchParams;
  readonly isSigned: boolean;
  /** How often this path was asked before about the same call. */
  readonly before: number;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type Route = (asked: Asked) => Reply | Promise<Reply>;

export interface SampleParts {
  /** By path; `*` takes what no other does. Replaces or adds. */
  readonly routes?: Readonly<Record<string, Route>>;
  /** The answer to a call. */
  readonly twiml?: (asked: Asked) => string;
  /** Undefined routes upgrades to the HTTP listener, as a server without WebSockets does. */
  readonly upgrade?: Upgrade | undefined;
  readonly stream?: (socket: WebSocket) => void;
  readonly identity?: Identity;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, accept: Accept) => void;
/** Makes it a WebSocket, with other options of `ws` when given. */
export type Accept = (options?: ConstructorParameters<typeof WebSocketServer>[0]) => void;

export interface Sample {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>${body}`;
export const connect = (stream: string): string =>
  xml(`<Response><Connect action="/ended">${stream}</Connect></Response>`);
export const stream = (url: string): string =>
  `<Stream url="${url}" statusCallback="/status"><Parameter name="who" value="me"/></Stream>`;

export async function openSample(parts: SampleParts = {}): Promise<Sample> {
  const upgrade = 'upgrade' in parts ? parts.upgrade : onMediaPath;
  const listener = createListener(parts);
  const server: Server = parts.identity ? createTlsServer(parts.identity, listener) : createServer(listener);
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  if (upgrade)
    server.on('upgrade', (request, socket, head) => answerUpgrade(parts, upgrade, { request, socket, head }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${parts.identity ? 'https' : 'http'}://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createListener({ routes, twiml = defaultTwiml }: SampleParts): RequestListener {
  const table: Readonly<Record<string, Route>> = {
    '/voice': (asked) => (asked.isSigned ? { body: twiml(asked) } : { status: 403, type: 'text/plain', body: 'no' }),
    '/status': ({ isSigned }) => ({ status: isSigned ? 204 : 403 }),
    '/ended': ({ isSigned }) => (isSigned ? { body: xml('<Response/>') } : { status: 403 }),
    '*': () => ({ status: 404, type: 'text/plain', body: 'not here' }),
    ...routes,
  };
  const counts = new Map<string, number>();
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', async () => {
      const asked = readRequest(request, Buffer.concat(pieces).toString(), counts);
      const route = table[asked.path] ?? table['*']!;
      const { body = '', headers = {}, status = 200, ...reply } = await route(asked);
      const type = 'type' in reply ? reply.type : status === 204 ? undefined : 'text/xml';
      response.writeHead(status, { ...(type === undefined ? {} : { 'content-type': type }), ...headers });
      response.end(body);
    });
  };
}

const defaultTwiml = ({ host }: Asked): string => connect(stream(`wss://${host}/stream`));

/** The signature by Twilio's description, not by our own code. */
function readRequest(request: IncomingMessage, body: string, counts: Map<string, number>): Asked {
  const { headers, method = '', url = '/' } = request;
  const path = url.split('?', 1)[0]!;
  const fields = new URLSearchParams(method === 'POST' ? body : '');
  const { 'x-forwarded-host': forwarded, 'x-forwarded-proto': scheme } = headers;
  const host = String(forwarded ?? headers.host);
  const text = [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1)).flat();
  const protocol = scheme ?? ('encrypted' in request.socket ? 'https' : 'http');
  const wanted = createHmac('sha1', TOKEN)
    .update(`${protocol}://${host}${url}${text.join('')}`)
    .digest('base64');
  const key = `${path} ${fields.get('CallSid')}`;
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return { method, path, host, fields, isSigned: headers['x-twilio-signature'] === wanted, before };
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function answerUpgrade(
  { stream: serve = converse }: SampleParts,
  upgrade: Upgrade,
  { head, request, socket }: Arrival,
): void {
  socket.on('error', () => socket.destroy());
  upgrade(request, socket, (options = {}) => {
    const wss = new WebSocketServer({ noServer: true, ...options });
    wss.handleUpgrade(request, socket, head, serve);
  });
}

const onMediaPath: Upgrade = (request, socket, accept) => {
  if (request.url?.split('?', 1)[0] === '/stream') accept();
  else refuse(socket, 404);
};

export function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Longer than the doctor listens. */
export const GREETING = toneMulaw({ frequencyHz: 440, durationMs: 8_000 });
const PIECE_BYTES = 4_000;

/** Reads what Twilio sends, and no more than it must. */
export function onStart(
  socket: WebSocket,
  begin: (streamSid: string) => ((frame: Uint8Array) => void) | undefined,
): void {
  let onFrame: ((frame: Uint8Array) => void) | undefined;
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const message = parse(String(data));
    if (message?.['event'] === 'start') onFrame = begin(String(message['streamSid']));
    const { payload } = (message?.['media'] ?? {}) as { readonly payload?: string };
    if (typeof payload === 'string') onFrame?.(Buffer.from(payload, 'base64'));
  });
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export const media = (streamSid: string, bytes: Uint8Array): string =>
  JSON.stringify({ event: 'media', streamSid, media: { payload: Buffer.from(bytes).toString('base64') } });
export const mark = (streamSid: string, name: string): string =>
  JSON.stringify({ event: 'mark', streamSid, mark: { name } });

/** In pieces of half a second, and at once. */
export function speak(socket: WebSocket, streamSid: string, speech: Uint8Array, pieceBytes = PIECE_BYTES): void {
  for (let at = 0; at < speech.length; at += pieceBytes)
    socket.send(media(streamSid, speech.subarray(at, at + pieceBytes)));
}

/** Whether so many frames in a row were no silence. */
export function createEar(frames: number): (frame: Uint8Array) => boolean {
  let heard = 0;
  return (frame) => {
    heard = frame.some((byte) => (byte & 0x7f) < 0x60) ? heard + 1 : 0;
    return heard === frames;
  };
}

/** Greets, and falls silent when the caller speaks. */
function converse(socket: WebSocket): void {
  onStart(socket, (streamSid) => {
    const hears = createEar(10);
    speak(socket, streamSid, GREETING);
    socket.send(mark(streamSid, 'greeting'));
    return (frame) => {
      if (hears(frame)) socket.send(JSON.stringify({ event: 'clear', streamSid }));
    };
  });
}

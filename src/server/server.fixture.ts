/** What the tests of this folder share: a desk in memory, a log that keeps its lines, a server on a free port. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type {
  AfterStream,
  Attached,
  CallDesk,
  CarrierRecording,
  EndedStream,
  IncomingCall,
  Opened,
  StreamStart,
} from '../call/desk.ts';
import { createRealClock } from '../call/real-clock.ts';
import type { MediaTransport } from '../call/transport.ts';
import type { Log, LogEvent, LogFields } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { parsePublicOrigin } from '../twilio/public-origin.ts';
import { type FormParams, signForm, signUpgrade } from '../twilio/signature.ts';
import { type HttpServer, type HttpServerOptions, openHttpServer } from './http-server.ts';

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
export const PUBLIC_URL = 'https://kav.example.com';
export const STREAM_URL = 'wss://kav.example.com/ws/twilio-media';
export const CALL_SID = `CA${'1'.repeat(32)}`;
export const ACCOUNT_SID = `AC${'2'.repeat(32)}`;
export const STREAM_SID = `MZ${'3'.repeat(32)}`;

export const VOICE_FORM = {
  AccountSid: ACCOUNT_SID,
  ApiVersion: '2010-04-01',
  CallSid: CALL_SID,
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+972500000001',
  To: '+97230000000',
  SomethingNew: 'a b+c&ד',
};

interface StreamOfTest {
  readonly start: StreamStart;
  readonly transport: MediaTransport;
  readonly messages: string[];
  closed: { readonly code: number; readonly reason: string } | undefined;
}

/** Real rules and no audio: tokens are one-use and bound to their call, a stream keeps what it was told. */
export class MemoryDesk implements CallDesk {
  readonly language = 'he-IL';
  notReady: string | undefined;
  /** Thrown by the next question of any kind. */
  fault: Error | undefined;
  /** Thrown by the streams when they are told something. */
  streamFault: Error | undefined;
  afterwards: AfterStream = { type: 'done' };
  readonly opened: IncomingCall[] = [];
  readonly streams: StreamOfTest[] = [];
  readonly failedStreams: string[] = [];
  readonly recordings: CarrierRecording[] = [];
  readonly endings: EndedStream[] = [];
  /** Every stream is answered for only then, as one that another node announced. */
  asking: Promise<void> | undefined;
  readonly #tokens = new Map<string, { readonly token: string; used: boolean }>();
  #draining = false;
  #onEmpty: () => void = () => {};

  open(call: IncomingCall): Opened {
    if (this.fault) throw this.fault;
    this.opened.push(call);
    const known = this.#tokens.get(call.callSid);
    if (known) return { type: 'accepted', token: known.token };
    if (this.#draining) return { type: 'refused', reason: 'draining', text: 'אנחנו סוגרים' };
    const token = randomBytes(16).toString('base64url');
    this.#tokens.set(call.callSid, { token, used: false });
    return { type: 'accepted', token };
  }

  attach(start: StreamStart, transport: MediaTransport): Attached | Promise<Attached> {
    if (this.fault) throw this.fault;
    return this.asking?.then(() => this.#attach(start, transport)) ?? this.#attach(start, transport);
  }

  #attach(start: StreamStart, transport: MediaTransport): Attached {
    if (start.token === '') return { type: 'refused', reason: 'token-missing' };
    const ticket = this.#tokens.get(start.callSid);
    if (ticket?.token !== start.token) {
      const isOther = [...this.#tokens.values()].some((other) => other.token === start.token);
      return { type: 'refused', reason: isOther ? 'token-of-other-call' : 'token-unknown' };
    }
    if (ticket.used) return { type: 'refused', reason: 'token-used' };
    ticket.used = true;
    const stream: StreamOfTest = { start, transport, messages: [], closed: undefined };
    this.streams.push(stream);
    return {
      type: 'attached',
      receiver: {
        message: (text) => {
          if (this.streamFault) throw this.streamFault;
          stream.messages.push(text);
        },
        closed: (code, reason) => {
          stream.closed = { code, reason };
          if (this.activeCalls === 0) this.#onEmpty();
          if (this.streamFault) throw this.streamFault;
        },
      },
    };
  }

  streamFailed(callSid: string, streamSid: string): void {
    if (this.fault) throw this.fault;
    this.failedStreams.push(`${callSid} ${streamSid}`);
  }

  recordingDone(recording: CarrierRecording): void {
    this.recordings.push(recording);
  }

  afterStream(ended: EndedStream): AfterStream {
    if (this.fault) throw this.fault;
    this.endings.push(ended);
    return this.afterwards;
  }

  get activeCalls(): number {
    return this.streams.filter((stream) => !stream.closed).length;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    if (this.activeCalls === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.transport.close(1000, 'desk-closed');
  }
}

export interface KeptLine extends LogFields {
  readonly level: string;
  readonly event: LogEvent;
}

export function keepLog(): { readonly log: Log; readonly lines: KeptLine[] } {
  const lines: KeptLine[] = [];
  const at =
    (level: string, bound: LogFields) =>
    (event: LogEvent, fields: LogFields = {}): void =>
      void lines.push({ ...bound, ...fields, level, event });
  const make = (bound: LogFields): Log => ({
    debug: at('debug', bound),
    info: at('info', bound),
    warn: at('warn', bound),
    error: at('error', bound),
    child: (fields) => make({ ...bound, ...fields }),
  });
  return { log: make({}), lines };
}

export type TestServer = HttpServer & {
  readonly desk: MemoryDesk;
  readonly lines: KeptLine[];
  scrape(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Configured as in production, with a public origin that is not the address it listens on. */
export async function openTestServer(options: Partial<HttpServerOptions> = {}): Promise<TestServer> {
  const { log, lines } = keepLog();
  const desk = new MemoryDesk();
  const metrics = createMetrics();
  const origin = parsePublicOrigin(PUBLIC_URL);
  if (!origin.ok) throw new Error(origin.problem);
  const server = await openHttpServer({
    port: 0,
    host: '127.0.0.1',
    publicOrigin: origin.origin,
    trustedProxies: [],
    authTokens: () => [AUTH_TOKEN],
    desk,
    log,
    metrics,
    clock: createRealClock(),
    deployId: 'deploy-7',
    version: '9.8.7',
    ...options,
  });
  return Object.defineProperties(
    {
      desk,
      lines,
      scrape: () => metrics.text(),
      [Symbol.asyncDispose]: async () => {
        await server.close();
        metrics.close();
      },
    },
    Object.getOwnPropertyDescriptors(server),
  ) as TestServer;
}

/** A form post as Twilio sends it; `signAs` is the URL that the signature is made for. */
export function postForm(
  server: HttpServer,
  path: string,
  form: FormParams,
  signAs: string | undefined = PUBLIC_URL + path,
): Promise<Response> {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(form)) for (const value of [values].flat()) body.append(name, value);
  const headers = { 'X-Twilio-Signature': signForm(AUTH_TOKEN, signAs, form) };
  return fetch(server.url + path, { method: 'POST', body, headers });
}

export function signedUpgradeHeaders(url = STREAM_URL): Record<string, string> {
  return { 'X-Twilio-Signature': signUpgrade(AUTH_TOKEN, url) };
}

/** A media socket as Twilio opens it; its messages are kept. Resolves when it is open, rejects when it was refused. */
export async function openMedia(
  server: HttpServer,
  options: ClientOptions = {},
  protocols: string[] = [],
): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/twilio-media`, protocols, {
    headers: signedUpgradeHeaders(),
    ...options,
  });
  await once(socket, 'open');
  return socket;
}

export async function closeOf(socket: WebSocket): Promise<{ readonly code: number; readonly reason: string }> {
  const [code, reason] = await once(socket, 'close');
  return { code, reason: String(reason) };
}

export const CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}';

export function startMessage(token: string, callSid = CALL_SID): string {
  return JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: ACCOUNT_SID,
      streamSid: STREAM_SID,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { call_sid: callSid, token },
    },
    streamSid: STREAM_SID,
  });
}

export function mediaMessage(chunk = 1): string {
  const payload = Buffer.alloc(160, 0xff).toString('base64');
  const media = { track: 'inbound', chunk: String(chunk), timestamp: String(chunk * 20), payload };
  return JSON.stringify({ event: 'media', sequenceNumber: String(chunk + 1), media, streamSid: STREAM_SID });
}

/** Opens a call by its webhook and attaches a stream to it. */
export async function openStream(server: TestServer): Promise<WebSocket> {
  const opened = server.desk.open({ callSid: CALL_SID, accountSid: ACCOUNT_SID, from: '', to: '' });
  if (opened.type !== 'accepted') throw new Error(opened.reason);
  const socket = await openMedia(server);
  socket.send(CONNECTED);
  socket.send(startMessage(opened.token));
  return socket;
}

/** Upgrades by hand and gives the socket, which never answers a frame: how a half-open peer looks from here. */
export async function openMute(server: HttpServer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  socket.write(upgradeRequest('/ws/twilio-media', signedUpgradeHeaders()));
  await once(socket, 'data');
  return socket.resume();
}

/** Sends bytes as they are and gives all that comes back until the server closes. */
export async function rawExchange(server: HttpServer, request: string | readonly string[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    answer += text;
  });
  // A server that refuses early may reset the connection; what it said before is the answer.
  socket.on('error', () => {});
  for (const part of [request].flat()) socket.write(part, 'latin1');
  await once(socket, 'close');
  return answer;
}

export function upgradeRequest(path: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    Host: 'kav.example.com',
    'User-Agent': 'Twilio.TmeWs/1.0',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** What a request gets whose signature is not good. */
export async function expectForbidden(response: Response): Promise<void> {
  expect(response.status).toBe(403);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toBe('Forbidden');
}

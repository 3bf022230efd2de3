import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { rmsOfFrame } from '../audio/level.ts';
import { toneMulaw } from '../audio/tone.ts';
import { parseWav } from '../audio/wav.ts';
import { createRealClock } from '../call/real-clock.ts';
import type { CallerStep } from './caller.ts';
import { createClip } from './clip.ts';
import { type PlaceCallOptions, placeCall } from './place-call.ts';
import { renderReport } from './render-report.ts';
import type { CallReport } from './report.ts';

const TOKEN = 'secret';
const clip = createClip(toneMulaw({ frequencyHz: 500, durationMs: 160 }));
const steps: readonly CallerStep[] = [
  { type: 'wait-for-agent', quietMs: 120, timeoutMs: 1_000 },
  { type: 'say', text: 'hello', clip },
  { type: 'say-over', text: 'stop', clip, afterMs: 100, timeoutMs: 1_000 },
];

/** Twilio's algorithm from its description, not from our own code. */
function sign(url: string, fields: URLSearchParams): string {
  const sorted = [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHmac('sha1', TOKEN)
    .update(url + sorted.flat().join(''))
    .digest('base64');
}

/** A server that hears when the caller speaks and answers with a tone; it hangs up after its second answer. */
class TinyServer {
  readonly requests: { readonly path: string; readonly fields: URLSearchParams; readonly token: unknown }[] = [];
  readonly upgrades: IncomingMessage[] = [];
  readonly starts: unknown[] = [];
  readonly refused: string[] = [];
  twiml: (origin: string) => string = (origin) => connectTwiml(origin);
  afterStream: { status: number; body: string } = { status: 204, body: '' };
  publicOrigin: string | undefined;
  onStream: (socket: WebSocket) => void = (socket) => converse(socket, this.starts);
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  port = 0;

  constructor() {
    this.#http = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const fields = new URLSearchParams(Buffer.concat(pieces).toString());
        const path = request.url ?? '';
        this.#checkSignature(request, `${this.origin}${path}`, fields);
        this.requests.push({ path, fields, token: request.headers['i-twilio-idempotency-token'] });
        if (path === '/webhook/incoming_call') {
          response.writeHead(200, { 'content-type': 'text/xml' }).end(this.twiml(this.origin));
        } else if (path === '/webhook/stream_ended') {
          const { status, body } = this.afterStream;
          response.writeHead(status, status === 204 ? {} : { 'content-type': 'text/xml' }).end(body);
        } else response.writeHead(path.startsWith('/webhook/') ? 204 : 404).end();
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      this.upgrades.push(request);
      this.#checkSignature(request, `${this.origin.replace('http', 'ws')}${request.url}`, new URLSearchParams(), 'wss');
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.onStream(opened));
    });
  }

  get origin(): string {
    return this.publicOrigin ?? `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    this.port = (this.#http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** The fields of each request to a path, in order. */
  of(path: string): URLSearchParams[] {
    return this.requests.filter((request) => request.path === path).map(({ fields }) => fields);
  }

  #checkSignature(request: IncomingMessage, url: string, fields: URLSearchParams, scheme?: string): void {
    const signed = scheme === undefined ? url : url.replace(/^wss?:/u, `${scheme}:`);
    if (request.headers['x-twilio-signature'] !== sign(signed, fields)) this.refused.push(signed);
  }
}

function connectTwiml(origin: string): string {
  const socket = origin.replace(/^https?/u, 'wss');
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="${origin}/webhook/stream_ended"><Stream url="${socket}/ws/twilio-media" statusCallback="${origin}/webhook/stream_status"><Parameter name="token" value="t1"/></Stream></Connect></Response>`;
}

function converse(socket: WebSocket, starts: unknown[]): void {
  let streamSid = '';
  let speech = 0;
  let quiet = 0;
  let answers = 0;
  let owesMark = false;
  const send = (message: object) => socket.send(JSON.stringify({ ...message, streamSid }));
  const speak = (durationMs: number, name: string) => {
    const payload = Buffer.from(toneMulaw({ frequencyHz: 300, durationMs })).toString('base64');
    send({ event: 'media', media: { payload } });
    send({ event: 'mark', mark: { name } });
    owesMark = true;
  };
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.event === 'start') {
      streamSid = message.streamSid;
      starts.push(message.start);
      speak(200, 'greeting');
    }
    if (message.event === 'mark') {
      owesMark = false;
      if (message.mark.name === 'answer2') socket.close(1000, 'done');
    }
    if (message.event !== 'media') return;
    const isLoud = rmsOfFrame(Buffer.from(message.media.payload, 'base64')) > 500;
    if (isLoud && ++speech === 2 && owesMark) send({ event: 'clear' });
    quiet = isLoud ? 0 : quiet + 1;
    if (quiet !== 4 || speech < 2) return;
    speech = 0;
    speak(answers++ === 0 ? 5_000 : 100, `answer${answers}`);
  });
}

let server: TinyServer;
let directory: string;
beforeEach(async () => {
  server = new TinyServer();
  await server.listen();
  directory = await mkdtemp(join(tmpdir(), 'kav-call-'));
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function call(options: Partial<PlaceCallOptions> = {}): Promise<CallReport> {
  return placeCall({
    clock: createRealClock(),
    baseUrl: `http://127.0.0.1:${server.port}`,
    authToken: TOKEN,
    from: '+15550001',
    to: '+15550002',
    script: { name: 'tiny', steps, expect: ['no-warnings', { 'agent-replies': { min: 2 } }, { 'ended-by': 'agent' }] },
    ...options,
  });
}

const codes = ({ complaints }: CallReport) => complaints.map(({ code }) => code);

test('a whole call, as Twilio makes it', async () => {
  const report = await call({
    recordDir: directory,
    callStatusPath: '/webhook/call_status',
    recordingPath: '/webhook/rec',
  });
  expect(report.complaints).toEqual([]);
  expect(server.refused).toEqual([]);
  expect(report).toMatchObject({ ok: true, endedBy: 'agent', replies: 2, underruns: 0 });
  expect(report.expectations.map(({ status }) => status)).toEqual(['met', 'met', 'met']);
  expect(report.turns).toMatchObject([
    { said: 'hello', overAgent: false },
    { said: 'stop', overAgent: true },
  ]);
  // The server waits for 80 ms of silence and answers with the next frame.
  expect(report.turns[0]!.gapMs).toBeGreaterThanOrEqual(60);
  expect(report.turns[0]!.gapMs).toBeLessThan(1_000);
  // The answer that was talked over is 5 s long.
  expect(report.bargeIns[0]!.reactionMs).toBeLessThan(1_000);

  expect(server.starts).toMatchObject([
    { callSid: report.callSid, streamSid: report.streamSid, customParameters: { token: 't1' } },
  ]);
  expect(server.of('/webhook/stream_status').map((fields) => fields.get('StreamEvent'))).toEqual([
    ...['stream-started', 'stream-stopped'],
  ]);
  expect(server.of('/webhook/incoming_call')[0]!.get('CallStatus')).toBe('ringing');
  expect(server.of('/webhook/stream_ended')[0]!.get('CallStatus')).toBe('in-progress');
  expect(server.of('/webhook/call_status')[0]!.get('CallStatus')).toBe('completed');
  expect(server.of('/webhook/rec')[0]!.get('RecordingStatus')).toBe('completed');

  expect((await readdir(directory)).toSorted()).toEqual([`${report.callSid}.json`, `${report.callSid}.wav`]);
  expect(JSON.parse(await readFile(report.files.report!, 'utf8'))).toEqual(report);
  const { channels } = parseWav(await readFile(report.files.recording!));
  expect(channels).toHaveLength(2);
  expect(channels[0]).toHaveLength(report.framesSent * 160);
  expect(renderReport(report)).toContain('The call went as expected.');
});

test('the upgrade has the headers that Twilio sends and no others', async () => {
  await call({ script: { name: 'short', steps: [{ type: 'hang-up' }], expect: [] } });
  const { headers, url } = server.upgrades[0]!;
  expect(url).toBe('/ws/twilio-media');
  expect(Object.keys(headers).toSorted()).toEqual([
    ...['connection', 'host', 'sec-websocket-key', 'sec-websocket-version', 'upgrade', 'user-agent'],
    'x-twilio-signature',
  ]);
  expect(headers['user-agent']).toBe('Twilio.TmeWs/1.0');
});

test('a caller who hangs up is reported, and the server is told', async () => {
  const report = await call({
    script: { name: 'short', steps: [{ type: 'wait', ms: 100 }, { type: 'hang-up' }], expect: [] },
  });
  expect(report).toMatchObject({ ok: true, endedBy: 'caller' });
  expect(server.of('/webhook/stream_ended')[0]!.get('CallStatus')).toBe('completed');
});

test('behind a tunnel the public name is signed and the base is dialled', async () => {
  server.publicOrigin = 'https://kav.example.com';
  const report = await call({
    publicUrl: 'https://kav.example.com',
    script: { name: 'short', steps: [{ type: 'hang-up' }], expect: [] },
  });
  expect(report.complaints).toEqual([]);
  expect(server.refused).toEqual([]);
  expect(server.upgrades[0]!.headers).toMatchObject({
    host: `127.0.0.1:${server.port}`,
    'x-forwarded-host': 'kav.example.com',
    'x-forwarded-proto': 'https',
  });
});

test('a repeated webhook has the same token; a late stream-started comes last', async () => {
  await call({
    repeatWebhook: true,
    lateStreamStarted: true,
    script: { name: 'short', steps: [{ type: 'wait', ms: 60 }, { type: 'hang-up' }], expect: [] },
  });
  const [first, again] = server.requests.filter(({ path }) => path === '/webhook/incoming_call');
  expect(again!.token).toBe(first!.token);
  expect([...again!.fields]).toEqual([...first!.fields]);
  expect(server.of('/webhook/stream_status').map((fields) => fields.get('StreamEvent'))).toEqual([
    ...['stream-stopped', 'stream-started'],
  ]);
});

describe('after the stream', () => {
  test('the TwiML of the action is followed', async () => {
    server.afterStream = { status: 200, body: '<Response><Say>Sorry.</Say><Hangup/></Response>' };
    server.onStream = (socket) => socket.once('message', () => socket.close(1000));
    const report = await call();
    expect(report.spokenByTwilio).toEqual(['"Sorry."']);
  });

  test('a second stream goes on with the same script', async () => {
    let streams = 0;
    server.onStream = (socket) => {
      streams++;
      socket.on('message', (data) => {
        const { event, media } = JSON.parse(String(data));
        if (event === 'media' && Number(media.chunk) === 5) {
          if (streams === 1) socket.terminate();
        }
      });
    };
    server.afterStream = { status: 200, body: connectTwiml(server.origin) };
    const report = await call({
      script: {
        name: 'resumed',
        steps: [{ type: 'wait', ms: 200 }, { type: 'dtmf', digits: '1' }, { type: 'hang-up' }],
        expect: [],
      },
    });
    expect(streams).toBe(2);
    expect(codes(report)).toEqual([31903]);
    expect(report).toMatchObject({ ok: false, endedBy: 'caller' });
    expect(report.durationMs).toBe(460);
    expect(server.of('/webhook/stream_status')[1]!.get('StreamError')).toBe(
      'Stream - Websocket - Connection Broken Pipe',
    );
  });
});

describe('what the server does wrong', () => {
  test('TwiML that is none ends the call with its code and a remedy', async () => {
    server.twiml = () => '{"error":"no"}';
    const report = await call();
    expect(report).toMatchObject({ ok: false, endedBy: 'nobody', framesSent: 0 });
    expect(report.complaints).toMatchObject([{ level: 'error', code: 12100 }]);
    expect(report.complaints[0]!.remedy).toBeTruthy();
    expect(renderReport(report)).toContain('error     12100 the body is JSON');
  });

  test('a stream that cannot be opened is told to the status callback', async () => {
    const gone = new TinyServer();
    await gone.listen();
    await gone.close();
    server.twiml = (origin) => connectTwiml(origin).replace(/wss:[^"]*/u, `wss://127.0.0.1:${gone.port}/ws`);
    const report = await call();
    // Another port is dialled as written, with TLS; nobody is there.
    expect(codes(report)).toEqual([31902]);
    expect(server.of('/webhook/stream_status')[0]!.get('StreamEvent')).toBe('stream-error');
  });

  test('a wrong message is a warning, a close with a code an error', async () => {
    server.onStream = (socket) => {
      socket.on('message', (data) => {
        const { event, streamSid } = JSON.parse(String(data));
        if (event !== 'start') return;
        socket.send(JSON.stringify({ event: 'media', stream_sid: streamSid, media: { payload: '' } }));
        socket.send(Buffer.from([1, 2, 3]));
        setImmediate(() => socket.close(1011, 'bug'));
      });
    };
    const report = await call();
    expect(codes(report).toSorted()).toEqual([31921, 31950, 31951]);
    expect(report.ok).toBe(false);
  });

  test('a callback that fails is 15003, a dead server 11205', async () => {
    server.twiml = (origin) => connectTwiml(origin).replace('/webhook/stream_status', '/nowhere');
    const script = { name: 'short', steps: [{ type: 'wait', ms: 60 }, { type: 'hang-up' }], expect: [] } as const;
    expect(codes(await call({ script }))).toEqual([15003, 15003]);
    await server.close();
    const report = await call({ script });
    expect(report.complaints).toMatchObject([{ level: 'error', code: 11205 }]);
    await server.listen();
  });
});

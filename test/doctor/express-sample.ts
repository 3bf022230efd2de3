/**
 * A voice server as a developer writes it in an afternoon with Express, `ws` and Twilio's SDK: nothing of Kav is in it. The
 * doctor must find it healthy.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type RequestHandler } from 'express';
import twilio from 'twilio';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ExpressSample {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openExpressSample(authToken: string): Promise<ExpressSample> {
  const server = createServer(createApp(authToken));
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const { headers, url } = request;
    const isOurs =
      url === '/media' && isSigned(authToken, headers['x-twilio-signature'], `wss://${headers.host}/media`);
    if (!isOurs) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, talk);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
}

function createApp(authToken: string): express.Express {
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  const onlyTwilio: RequestHandler = (request, response, next) => {
    const url = `${request.protocol}://${request.get('host')}${request.originalUrl}`;
    if (isSigned(authToken, request.get('x-twilio-signature'), url, request.body)) next();
    else response.sendStatus(403);
  };
  app.post('/voice', onlyTwilio, (request, response) => {
    response.type('text/xml').send(greetByStream(request));
  });
  app.post('/after', onlyTwilio, (_request, response) => {
    response.type('text/xml').send(new twilio.twiml.VoiceResponse().toString());
  });
  app.post('/status', onlyTwilio, (_request, response) => void response.sendStatus(204));
  return app;
}

function greetByStream(request: Request): string {
  const answer = new twilio.twiml.VoiceResponse();
  const connect = answer.connect({ action: '/after' });
  connect.stream({ url: `wss://${request.get('host')}/media`, statusCallback: '/status' });
  return answer.toString();
}

function isSigned(
  authToken: string,
  signature: string | string[] | undefined,
  url: string,
  body: Record<string, unknown> = {},
): boolean {
  return typeof signature === 'string' && twilio.validateRequest(authToken, signature, url, body);
}

/** A greeting of 6 s, in chunks of 200 ms, and silence when the caller speaks. */
function talk(socket: WebSocket): void {
  let streamSid = '';
  let loudFrames = 0;
  const send = (message: object): void => socket.send(JSON.stringify({ ...message, streamSid }));
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const message = read(String(data));
    if (message?.event === 'start' && message.streamSid) {
      streamSid = message.streamSid;
      for (const chunk of GREETING) send({ event: 'media', media: { payload: chunk } });
      send({ event: 'mark', mark: { name: 'greeting' } });
    }
    if (message?.event === 'stop') socket.close();
    if (message?.event !== 'media' || typeof message.media?.payload !== 'string') return;
    loudFrames = isLoud(Buffer.from(message.media.payload, 'base64')) ? loudFrames + 1 : 0;
    if (loudFrames === 10) send({ event: 'clear' });
  });
}

interface Message {
  readonly event?: string;
  readonly streamSid?: string;
  readonly media?: { readonly payload?: string };
}

function read(text: string): Message | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** G.711: the exponent is in the bits 4 to 6, inverted. */
const isLoud = (frame: Uint8Array): boolean => frame.some((byte) => (~byte & 0x70) >> 4 > 2);

/** G.711 µ-law of one sample, by the segments of the standard. */
function mulaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const segment = Math.floor(Math.log2(magnitude)) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

const GREETING = Array.from({ length: 30 }, (_, chunk) =>
  Buffer.from(
    Array.from({ length: 1_600 }, (_, i) => mulaw(8_000 * Math.sin((2 * Math.PI * 300 * (chunk * 1_600 + i)) / 8_000))),
  ).toString('base64'),
);

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

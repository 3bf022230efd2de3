import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Behaviour, Misbehaviour } from '../misbehaviour.ts';

export interface SocketLoopbackOptions {
  readonly behave: Behaviour | undefined;
  /** The status that this request is refused with, as the vendor would. */
  readonly check: (request: IncomingMessage) => number | undefined;
  readonly refusal: (status: number) => { readonly headers?: readonly string[]; readonly body: unknown };
  readonly accept: (line: LoopbackLine) => void;
}

export interface SocketLoopback {
  /** `host:port` of this machine. */
  readonly host: string;
  readonly requests: number;
  /** TCP connections that are open now. */
  readonly open: number;
  close(): Promise<void>;
}

/** The server's end of one connection, which says less than it should when told so. */
export class LoopbackLine {
  readonly misbehaviour: Misbehaviour | undefined;
  readonly #ws: WebSocket;
  readonly #timers = new Set<NodeJS.Timeout>();
  #said = 0;

  constructor(ws: WebSocket, misbehaviour: Misbehaviour | undefined) {
    this.#ws = ws;
    this.misbehaviour = misbehaviour;
    ws.on('close', () => {
      for (const timer of this.#timers) clearTimeout(timer);
    });
  }

  onMessage(receive: (data: Buffer, isBinary: boolean) => void): void {
    this.#ws.on('message', (data, isBinary) => receive(data as Buffer, isBinary));
  }

  /** Whether the message really went out as it is. */
  say(message: object): boolean {
    const { misbehaviour } = this;
    if (misbehaviour?.kind === 'mute') return false;
    const text = JSON.stringify(message);
    if (misbehaviour && 'after' in misbehaviour && this.#said >= misbehaviour.after) {
      if (misbehaviour.kind === 'cut') this.#ws.terminate();
      if (misbehaviour.kind === 'garbage') this.#ws.send(text.slice(0, -7));
      return false;
    }
    this.#said++;
    this.#ws.send(text);
    return true;
  }

  /** Not after the connection is gone. */
  later(ms: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  end(code: number, reason = ''): void {
    this.#ws.close(code, reason);
  }
}

/** A WebSocket server on a free port of 127.0.0.1. */
export async function openSocketLoopback(options: SocketLoopbackOptions): Promise<SocketLoopback> {
  const { behave, check, refusal, accept } = options;
  const server = createServer((_request, response) => response.writeHead(404).end());
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const connections = new Set<Socket>();
  let requests = 0;

  const refuse = (socket: Duplex, status: number, more: readonly string[] = []): void => {
    const { headers = [], body } = refusal(status);
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      ...headers,
      ...more,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  };

  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const misbehaviour = behave?.(requests++);
    socket.on('error', () => {}); // a client that leaves in the middle is no fault of the server
    if (misbehaviour?.kind === 'status') {
      const { status, retryAfterSeconds } = misbehaviour;
      return refuse(socket, status, retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]);
    }
    const status = check(request);
    if (status !== undefined) return refuse(socket, status);
    const upgrade = (): void =>
      webSockets.handleUpgrade(request, socket, head, (ws) => accept(new LoopbackLine(ws, misbehaviour)));
    if (misbehaviour?.kind !== 'slow') return upgrade();
    const timer = setTimeout(upgrade, misbehaviour.ms);
    socket.on('close', () => clearTimeout(timer));
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    get open() {
      return connections.size;
    },
    close: async () => {
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../core/clock.ts';
import type { Live } from '../../live/live.ts';
import { type LiveNews, SIDES } from '../../live/live-call.ts';
import type { Log } from '../../observe/log.ts';
import { LIVE_AUDIO, type LiveMessage } from '../contract/live.ts';
import type { Caller } from '../handler.ts';
import type { LiveDoor, SessionWatch } from '../live-door.ts';
import { audioMessage } from './audio-message.ts';
import { LiveSocket } from './live-socket.ts';
import type { NewsDesk } from './news-desk.ts';

export interface LiveDoorOptions {
  readonly live: Live;
  /** Tells when the session of a watcher is over. */
  readonly sessions: SessionWatch;
  readonly news: NewsDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose calls these are. */
  readonly tenant: string;
}

const SUBPROTOCOL = 'kav.live';
const PAYLOAD_BYTES = 32 * 1024;
/** More than any office has desks for. */
const MOST_SOCKETS = 500;
const MOST_SOCKETS_PER_USER = 10;

export function createLiveDoor(options: LiveDoorOptions): LiveDoor {
  return new Door(options);
}

class Door implements LiveDoor {
  readonly #o: LiveDoorOptions;
  readonly #sockets = new Map<LiveSocket, string>();
  readonly #ws = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: PAYLOAD_BYTES,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #texts = new WeakMap<object, string>();
  readonly #pieces = new WeakMap<object, Buffer>();
  #closing: Promise<void> | undefined;
  #onEmpty: () => void = () => {};

  constructor(options: LiveDoorOptions) {
    this.#o = options;
    this.#ws.on('wsClientError', (_error, socket) => refuse(socket, 400));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    const status = this.#check(request, caller);
    if (status !== undefined) return refuse(socket, status);
    this.#ws.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', onError);
      const { clock, live, log, news, sessions } = this.#o;
      const watcher = new LiveSocket({
        socket: webSocket,
        caller,
        sessions,
        live,
        news,
        clock,
        log,
        textOf: (subject, make) => this.#textOf(subject, make),
        bytesOf: (piece) => this.#bytesOf(piece),
        onClosed: () => {
          this.#sockets.delete(watcher);
          if (this.#sockets.size === 0) this.#onEmpty();
        },
      });
      this.#sockets.set(watcher, caller.actor);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#sockets.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const socket of this.#sockets.keys()) socket.close(1001, 'server-closing');
    await empty;
  }

  #check(request: IncomingMessage, caller: Caller): number | undefined {
    if (this.#closing) return 503;
    if (caller.role === 'anonymous') return 401;
    if (caller.tenant !== this.#o.tenant) return 403;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) return 400;
    const own = [...this.#sockets.values()].filter((actor) => actor === caller.actor).length;
    return this.#sockets.size >= MOST_SOCKETS || own >= MOST_SOCKETS_PER_USER ? 503 : undefined;
  }

  #textOf(subject: object, make: () => LiveMessage): string {
    const known = this.#texts.get(subject);
    if (known !== undefined) return known;
    const text = JSON.stringify(make());
    this.#texts.set(subject, text);
    return text;
  }

  #bytesOf(news: Extract<LiveNews, { type: 'audio' }>): Buffer {
    const known = this.#pieces.get(news);
    if (known) return known;
    const side = news.side === SIDES.caller ? LIVE_AUDIO.caller : LIVE_AUDIO.agent;
    const bytes = audioMessage(side, news.atMs, news.audio);
    this.#pieces.set(news, bytes);
    return bytes;
  }
}

function refuse(socket: Duplex, status: number): void {
  const phrase = STATUS_CODES[status] ?? '';
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(phrase)}\r\nConnection: close\r\n\r\n${phrase}`,
  );
}

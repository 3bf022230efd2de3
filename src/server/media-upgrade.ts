import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { type UrlPath, wsUrl } from '../twilio/public-origin.ts';
import { isSignedUpgrade } from '../twilio/signature.ts';
import { browserProof } from './browser-phones.ts';
import type { ServerContext } from './context.ts';
import { MediaSocket } from './media-socket.ts';
import { ownPageOf } from './own-page.ts';
import { PingRound } from './ping-round.ts';
import { mediaPath, pathOf, signatureOf } from './routes.ts';

const SUBPROTOCOL = 'audio.twilio.com';

/** `@types/ws` does not know the newest two limits. */
type WsLimits = ServerOptions & { readonly maxBufferedChunks: number; readonly closeTimeout: number };

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The door for media sockets: nothing becomes a WebSocket before its path, signature and the caps are checked. */
export class MediaUpgrade {
  readonly #context: ServerContext;
  readonly #pings: PingRound;
  readonly #ws: WebSocketServer;
  readonly #sockets = new Set<MediaSocket>();
  readonly #pendingByAddress = new Map<string, number>();
  #pending = 0;
  #closing = false;
  #onEmpty: () => void = () => {};

  constructor(context: ServerContext) {
    this.#context = context;
    this.#pings = new PingRound(context.clock, context.limits.pingEveryMs);
    this.#ws = new WebSocketServer(wsOptions(context));
    this.#ws.on('wsClientError', (error, socket, request) => {
      this.#refuse(socket, request, faultyHandshake(request, error));
    });
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get pendingSockets(): number {
    return this.#pending;
  }

  /** The `upgrade` listener of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    const address = this.#context.proxies.clientAddress(request);
    const proof = this.#context.phones ? browserProof(request) : undefined;
    const refusal = this.#check(request, address, proof !== undefined);
    if (refusal) return this.#refuse(socket, request, refusal);
    const upgrade = (onlyCall?: string): void =>
      this.#ws.handleUpgrade(request, socket, head, (webSocket) => {
        socket.off('error', onError);
        const offered = request.headers['sec-websocket-protocol'] ?? '';
        const told = onlyCall === undefined ? offered : SUBPROTOCOL; // a browser's proof is nobody's business
        this.#context.log.info('WS_HANDSHAKE', { proto_req: told, chosen: webSocket.protocol });
        this.#admit(webSocket, socket, address, onlyCall);
      });
    if (proof === undefined) return upgrade();
    void this.#checkProof(proof, address).then((onlyCall) => {
      if (onlyCall === undefined) this.#refuse(socket, request, { status: 403, reason: 'phone-proof' });
      else if (this.#closing) this.#refuse(socket, request, { status: 503, reason: 'closing' });
      else if (!socket.destroyed) upgrade(onlyCall);
    });
  }

  /** Counted as a stranger while it is asked about. */
  async #checkProof(proof: string, address: string | undefined): Promise<string | undefined> {
    const leavePending = this.#countPending(address);
    try {
      return await this.#context.phones?.admit(proof);
    } catch {
      return undefined; // the store is away, and says so itself
    } finally {
      leavePending();
    }
  }

  /** Closes every socket with 1001; resolves when all are gone, which takes the time of a close handshake at most. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const socket of this.#sockets) socket.close(1001, 'server-closing');
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #isFromOwnPage(request: IncomingMessage): boolean {
    const { originOf, requestedOriginOf } = this.#context;
    return ownPageOf(request, { stated: originOf(request), requested: requestedOriginOf(request) }) !== undefined;
  }

  #check(request: IncomingMessage, address: string | undefined, isBrowser: boolean): Refusal | undefined {
    const { limits } = this.#context;
    const path = mediaPath(request);
    if (path === undefined) return { status: 404, reason: 'not-found' };
    if (isBrowser && !this.#isFromOwnPage(request)) return { status: 403, reason: 'foreign-page' };
    if (!isBrowser && !this.#isSigned(request, path)) return { status: 403, reason: 'signature' };
    if (this.#closing) return { status: 503, reason: 'closing' };
    if (this.#sockets.size >= limits.sockets) return { status: 503, reason: 'sockets-full' };
    if (this.#pending >= limits.pendingSockets) return { status: 503, reason: 'pending-full' };
    const sameAddress = address === undefined ? 0 : (this.#pendingByAddress.get(address) ?? 0);
    if (sameAddress >= limits.pendingSocketsPerAddress) return { status: 503, reason: 'address-full' };
    return undefined;
  }

  /** Twilio signs the `wss://` URL of the TwiML, which has no query string. */
  #isSigned(request: IncomingMessage, path: UrlPath): boolean {
    const origin = this.#context.originOf(request);
    if (!origin) return false;
    const authTokens = this.#context.authTokens();
    return isSignedUpgrade({ authTokens, signature: signatureOf(request), url: wsUrl(origin, path) });
  }

  #admit(webSocket: WebSocket, connection: Duplex, address: string | undefined, onlyCall: string | undefined): void {
    const { metrics, phones } = this.#context;
    const leavePending = this.#countPending(address);
    metrics.socketOpened();
    const mediaSocket = new MediaSocket({
      socket: webSocket,
      connection,
      context: this.#context,
      pings: this.#pings,
      onlyCall,
      onStarted: leavePending,
      onClosed: () => {
        leavePending();
        metrics.socketClosed();
        if (onlyCall !== undefined) phones?.ended(onlyCall);
        this.#sockets.delete(mediaSocket);
        if (this.#sockets.size === 0) this.#onEmpty();
      },
    });
    this.#sockets.add(mediaSocket);
  }

  /** A trusted proxy that does not name its client is not one address: only the total counts then. */
  #countPending(address: string | undefined): () => void {
    const byAddress = this.#pendingByAddress;
    let counted = true;
    this.#pending++;
    if (address !== undefined) byAddress.set(address, (byAddress.get(address) ?? 0) + 1);
    return () => {
      if (!counted) return;
      counted = false;
      this.#pending--;
      if (address === undefined) return;
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    };
  }

  #refuse(socket: Duplex, request: IncomingMessage, refusal: Refusal): void {
    this.#context.metrics.socketRefused(refusal.reason);
    this.#context.refusals('WS_REFUSED', refusal.reason, { status: refusal.status, path: pathOf(request) });
    const phrase = STATUS_CODES[refusal.status] ?? '';
    const lines = [
      `HTTP/1.1 ${refusal.status} ${phrase}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(phrase)}`,
      'Connection: close',
      ...Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.once('finish', () => socket.destroy());
    socket.end(`${lines.join('\r\n')}\r\n\r\n${phrase}`);
  }
}

function wsOptions(context: ServerContext): WsLimits {
  const { payloadBytes, closeMs } = context.limits;
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: payloadBytes,
    // Twilio never fragments. A slow network may cut one message into hundreds of pieces, so chunks have more room.
    maxFragments: 16,
    maxBufferedChunks: 2_048,
    closeTimeout: closeMs,
    // RFC 6455 section 4.2.2: a subprotocol is chosen from what was offered, or not at all.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
}

function faultyHandshake(request: IncomingMessage, error: Error): Refusal {
  if (request.method !== 'GET') return { status: 405, reason: 'handshake', headers: { Allow: 'GET' } };
  if (/Version/.test(error.message)) {
    return { status: 426, reason: 'handshake', headers: { 'Sec-WebSocket-Version': '13' } };
  }
  return { status: 400, reason: 'handshake' };
}

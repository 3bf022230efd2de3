import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Attached } from '../call/desk.ts';
import type { MediaReceiver, MediaTransport } from '../call/transport.ts';
import type { LogFields } from '../observe/log.ts';
import { type MediaMessage, parseMediaMessage } from '../twilio/media-message.ts';
import type { ServerContext } from './context.ts';
import type { PingPlace, PingRound } from './ping-round.ts';
import { TokenBucket } from './token-bucket.ts';
import { openWsTransport } from './ws-transport.ts';

/** Six seconds of media: longer than any answer is waited for. */
const MOST_EARLY_MESSAGES = 300;

type StartMessage = Extract<MediaMessage, { type: 'start' }>;

export interface MediaSocketOptions {
  readonly socket: WebSocket;
  /** The connection under the WebSocket. */
  readonly connection: Duplex;
  readonly context: ServerContext;
  readonly pings: PingRound;
  /** The only call that it may become a stream of, when a browser and not Twilio has opened it. */
  readonly onlyCall?: string | undefined;
  /** The socket has become a call's stream and is no stranger any more. */
  readonly onStarted: () => void;
  readonly onClosed: () => void;
}

/** One media socket from its upgrade to its end: a stranger until a valid `start`, then a pipe to its call. */
export class MediaSocket {
  readonly #options: MediaSocketOptions;
  readonly #transport: MediaTransport;
  readonly #bucket: TokenBucket;
  readonly #ping: PingPlace;
  readonly #badKinds = new Set<string>();
  readonly #cancelStartTimeout: () => void;
  #receiver: MediaReceiver | undefined;
  /** What a stream said while the other nodes are asked about it. */
  #early: string[] | undefined;
  #closeCode: number | undefined;
  #names: LogFields = {};
  #connected = false;
  #closeReason: string | undefined;
  #pingedAt = 0;

  constructor(options: MediaSocketOptions) {
    const { socket, connection, context, pings } = options;
    const { clock, limits } = context;
    this.#options = options;
    this.#transport = this.#watchClose(openWsTransport({ socket, connection, clock, closeMs: limits.closeMs }));
    this.#bucket = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, clock.now());
    this.#ping = pings.join({ ping: (missed) => this.#sendPing(missed), lost: () => this.#lost() });
    this.#cancelStartTimeout = clock.at(clock.now() + limits.startMs, () => this.#refuse('start-timeout'));
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => this.#admit());
    socket.on('pong', () => this.#pong());
    socket.on('error', (error) => this.#protocolError(error));
    socket.once('close', (code, reason) => this.#closed(code, reason.toString()));
  }

  /** Starts the close handshake; `onClosed` follows at the latest when its time is up. */
  close(code: number, reason: string): void {
    this.#transport.close(code, reason);
  }

  /** Remembers why our side closes, for the log: the peer only echoes the code. */
  #watchClose(transport: MediaTransport): MediaTransport {
    return {
      send: transport.send,
      close: (code, reason) => {
        this.#closeReason ??= reason;
        transport.close(code, reason);
      },
      get bufferedBytes() {
        return transport.bufferedBytes;
      },
    };
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.#admit()) return;
    if (isBinary) return this.#bad('binary');
    // With the default binary type of `ws`, a text message is always one Buffer.
    const text = (data as Buffer).toString();
    try {
      if (this.#receiver) this.#receiver.message(text);
      else if (this.#early) this.#keep(this.#early, text);
      else this.#beforeStart(parseMediaMessage(text));
    } catch (error) {
      this.#options.context.log.error('CALL_BUG', { ...this.#names, error });
      this.close(1011, 'internal-error');
    }
  }

  /** Everything that a peer can send costs one token, control frames too. False when nothing is to be read any more. */
  #admit(): boolean {
    const { socket, context } = this.#options;
    if (socket.readyState !== socket.OPEN) return false;
    this.#ping.alive();
    if (this.#bucket.take(context.clock.now())) return true;
    this.#refuse('flood');
    return false;
  }

  #keep(early: string[], text: string): void {
    if (early.length < MOST_EARLY_MESSAGES) early.push(text);
    else this.#refuse('start-timeout');
  }

  #beforeStart(message: MediaMessage): void {
    if (message.type === 'start') return this.#start(message);
    if (message.type === 'connected') {
      if (this.#connected) this.#bad('connected-again');
      this.#connected = true;
      return;
    }
    const isKnown = message.type !== 'malformed' && message.type !== 'unknown';
    this.#bad(isKnown ? `${message.type}-before-start` : message.type);
  }

  #start(message: StartMessage): void {
    const { context, onlyCall } = this.#options;
    const { streamSid, callSid, accountSid, customParameters } = message;
    this.#names = { sid: streamSid, call_sid: callSid };
    if (onlyCall !== undefined && callSid !== onlyCall) return this.#refuse('token-of-other-call');
    const desk = context.slot.current;
    if (!desk) return this.#refuse('not-ready', 1013);
    const token = customParameters['token'] ?? '';
    const attached = desk.attach({ streamSid, callSid, accountSid, token }, this.#transport);
    if (attached instanceof Promise) this.#await(attached);
    else this.#attached(attached);
  }

  /** The other nodes are asked about the stream; what it says meanwhile is kept. */
  #await(attached: Promise<Attached>): void {
    this.#early = [];
    attached
      .then((answer) => this.#attached(answer))
      .catch((error: unknown) => {
        this.#options.context.log.error('CALL_BUG', { ...this.#names, error });
        this.close(1011, 'internal-error');
      });
  }

  #attached(attached: Attached): void {
    const { context, onStarted } = this.#options;
    const early = this.#early ?? [];
    this.#early = undefined;
    if (attached.type === 'refused') return this.#refuse(attached.reason);
    this.#receiver = attached.receiver;
    this.#cancelStartTimeout();
    context.log.info('WS_START', this.#names);
    onStarted();
    if (this.#closeCode !== undefined) return attached.receiver.closed(this.#closeCode, 'closed-early');
    for (const text of early) attached.receiver.message(text);
  }

  #refuse(reason: string, code = 1008): void {
    const { metrics, refusals } = this.#options.context;
    metrics.socketRefused(reason);
    refusals('WS_REFUSED', reason, { ...this.#names, code });
    this.close(code, reason);
  }

  #bad(kind: string): void {
    const { metrics, log } = this.#options.context;
    metrics.badMessage(kind);
    if (this.#badKinds.has(kind)) return;
    this.#badKinds.add(kind);
    log.warn('WS_BAD_MESSAGE', { ...this.#names, kind });
  }

  /** `ws` has read bytes that break RFC 6455 or our limits, and closes with the fitting code by itself. */
  #protocolError(error: Error & { readonly code?: string }): void {
    const kind = error.code?.startsWith('WS_ERR_') ? error.code : 'connection';
    this.#closeReason ??= kind;
    this.#bad(kind);
  }

  #sendPing(missed: number): void {
    const { socket, context } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    this.#pingedAt = context.clock.now();
    socket.ping();
    context.log.info('PNG_PONG_TX', { ...this.#names, missed });
  }

  #pong(): void {
    if (!this.#admit()) return;
    const { clock, log } = this.#options.context;
    log.info('PNG_PONG_RX', { ...this.#names, rtt_ms: Math.round(clock.now() - this.#pingedAt) });
  }

  #lost(): void {
    this.#closeReason ??= 'ping-timeout';
    this.#options.socket.terminate();
  }

  #closed(code: number, peerReason: string): void {
    const { context, onClosed } = this.#options;
    this.#closeCode = code;
    this.#cancelStartTimeout();
    this.#ping.leave();
    const reason = this.#closeReason ?? (peerReason || (code === 1006 ? 'connection-lost' : 'peer-closed'));
    // A stranger's comings and goings are not the operator's business.
    context.log[this.#receiver ? 'info' : 'debug']('WS_CLOSE', { ...this.#names, code, reason });
    try {
      this.#receiver?.closed(code, reason);
    } catch (error) {
      context.log.error('CALL_BUG', { ...this.#names, error });
    }
    onClosed();
  }
}

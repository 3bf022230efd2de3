import type { IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import { type HttpFailure, unreachable, type VendorOperation } from '../vendor-error.ts';

export interface VoiceSocketOptions {
  readonly who: VendorOperation;
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A text message; undefined stands for a binary one, which no vendor sends here. */
  readonly onMessage: (message: string | undefined) => void;
  /** Nothing goes through it any more; once, and not after `close`. */
  readonly onDead: (error: ProviderError) => void;
  /** Why the upgrade was refused. */
  readonly errorOf: (failure: HttpFailure, body: string) => ProviderError;
  /** Why the vendor closed it. */
  readonly errorOfClose: (code: number, reason: string) => ProviderError;
}

const PING_MS = 10_000;
const CONNECT_MS = 5_000;
const CLOSE_MS = 500;
const MISSES_ALLOWED = 2;
/** Ten seconds of µ-law in base64 are 107 kB; a message far beyond that is not speech. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_BODY = 4096;

/** One connection: made at once, pinged every 10 s, never made again. */
export class VoiceSocket {
  readonly #options: VoiceSocketOptions;
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  /** Groups of messages for when it is open; undefined from then on. */
  #waiting: Set<readonly string[]> | undefined = new Set();
  #isDead = false;
  #wasOpen = false;
  #misses = 0;
  #disarm: () => void;

  constructor(options: VoiceSocketOptions) {
    const { clock, url, headers } = options;
    this.#options = options;
    this.#socket = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
    this.#disarm = clock.at(clock.now() + CONNECT_MS, () =>
      this.#die(unreachable(options.who, new Error(`no connection within ${CONNECT_MS} ms`))),
    );
    this.#socket
      .on('open', () => this.#opened())
      .on('message', (data, isBinary) => this.#heard(data, isBinary))
      .on('pong', () => {
        this.#misses = 0;
      })
      .on('unexpected-response', (_request, response) => this.#refused(response))
      .on('error', (error) => this.#die(unreachable(options.who, error)))
      .on('close', (code, reason) => {
        this.#die(options.errorOfClose(code, reason.toString()));
        this.#closed.resolve();
      });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The connection was there, whatever became of it. */
  get wasOpen(): boolean {
    return this.#wasOpen;
  }

  /** Sends the messages now or once it is open. The answer takes them back, and says whether that was in time. */
  send(...messages: readonly string[]): () => boolean {
    if (this.#waiting === undefined || this.#isDead) {
      if (!this.#isDead) for (const message of messages) this.#socket.send(message);
      return () => false;
    }
    this.#waiting.add(messages);
    return () => this.#waiting?.delete(messages) ?? false;
  }

  async close(): Promise<void> {
    const { clock } = this.#options;
    this.#retire();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    if (this.#wasOpen) this.#socket.close(1000);
    else this.#socket.terminate();
    const disarm = clock.at(clock.now() + CLOSE_MS, () => this.#socket.terminate());
    await this.#closed.promise;
    disarm();
  }

  #opened(): void {
    if (this.#isDead) return;
    this.#wasOpen = true;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const messages of waiting) this.send(...messages);
    this.#disarm();
    this.#pingLater();
  }

  #pingLater(): void {
    const { clock, who } = this.#options;
    this.#disarm = clock.at(clock.now() + PING_MS, () => {
      if (this.#misses >= MISSES_ALLOWED) {
        this.#die(unreachable(who, new Error('the connection is dead: pings are not answered')));
        return;
      }
      this.#misses++;
      this.#socket.ping();
      this.#pingLater();
    });
  }

  #heard(data: RawData, isBinary: boolean): void {
    this.#misses = 0;
    if (!this.#isDead) this.#options.onMessage(isBinary ? undefined : data.toString());
  }

  #refused(response: IncomingMessage): void {
    const failure = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null };
    let body = '';
    const done = () => this.#die(this.#options.errorOf(failure, body));
    response
      .setEncoding('utf8')
      .on('data', (text: string) => {
        if (body.length < MAX_ERROR_BODY) body += text;
      })
      .once('end', done)
      .once('error', done);
  }

  #die(error: ProviderError): void {
    if (this.#isDead) return;
    this.#retire();
    this.#socket.terminate();
    this.#options.onDead(error);
  }

  #retire(): void {
    this.#isDead = true;
    this.#waiting = undefined;
    this.#disarm();
  }
}

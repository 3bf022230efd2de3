import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import type { ProviderError } from '../../core/errors.ts';
import { BUDGETS } from '../budgets.ts';
import { brokenAnswer, errorOfStatus, tooSlow, unreachable, type VendorOperation } from '../vendor-error.ts';

export interface RecogniserSocketOptions {
  readonly who: VendorOperation;
  readonly clock: Clock;
  /** Asked for a moment after the construction, so that what is said in the same breath still counts. */
  readonly url: () => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly onText: (text: string) => void;
  /** At most once, never after `close` and never from inside a method; the socket is gone. */
  readonly onLost: (error: ProviderError) => void;
  /** What may be told of a refused upgrade: the vendor's own code and words, nothing of the request. */
  readonly refusalDetail: (headers: IncomingHttpHeaders, body: string) => string;
  readonly errorOfClose: (code: number, reason: string) => ProviderError;
}

/** A ring of 10 s that is replayed at once, and what is said while the socket connects. */
const MAX_QUEUED_BYTES = 15 * 8_000;
/** A peer that leaves so much unread has stopped reading. */
const MAX_UNREAD_BYTES = 512 * 1024;
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_REFUSAL_CHARACTERS = 2_048;
const REFUSAL_WAIT_MS = 200;
const PING_MS = 10_000;
const CLOSE_GRACE_MS = 500;

/**
 * A vendor's WebSocket: connects within the budget, keeps in order what is sent before it is open, and is lost once and
 * for all, with an error that says why. It never reconnects.
 */
export class RecogniserSocket {
  readonly #options: RecogniserSocketOptions;
  readonly #queue: { readonly data: string | Uint8Array; readonly isAudio: boolean }[] = [];
  #queuedBytes = 0;
  #droppedBytes = 0;
  #ws: WebSocket | undefined;
  #isOver = false;
  #disarm = (): void => {};
  #unansweredPings = 0;
  #closing: Promise<void> | undefined;

  constructor(options: RecogniserSocketOptions) {
    this.#options = options;
    queueMicrotask(() => this.#connect());
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#ws?.readyState === WebSocket.OPEN;
  }

  /** Audio that came in too early and in too great a quantity, oldest first, and was never sent. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  send(text: string): void {
    this.#send(text, false);
  }

  /** The bytes may be reused once this returns: ws masks a copy. */
  sendAudio(data: string | Uint8Array): void {
    this.#send(data, true);
  }

  /** The vendor broke its protocol; not to be called from inside a session's method. */
  abandon(error: ProviderError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#disarm();
    this.#queue.length = 0;
    this.#ws?.terminate();
    this.#options.onLost(error);
  }

  /** Says farewell, gives the vendor a moment to close, and cuts the line. Idempotent. */
  close(farewell: string): Promise<void> {
    this.#closing ??= this.#shut(farewell);
    return this.#closing;
  }

  async #shut(farewell: string): Promise<void> {
    const ws = this.#ws;
    const { clock } = this.#options;
    this.#isOver = true;
    this.#disarm();
    if (!ws || ws.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()));
    if (ws.readyState === WebSocket.OPEN) {
      if (farewell === '') ws.close(1000);
      else ws.send(farewell);
      this.#disarm = clock.at(clock.now() + CLOSE_GRACE_MS, () => ws.terminate());
    } else {
      ws.terminate();
    }
    await closed;
    this.#disarm();
  }

  #connect(): void {
    if (this.#isOver) return;
    const { clock, url, headers, who, onText } = this.#options;
    const ws = new WebSocket(url(), { headers, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
    this.#ws = ws;
    this.#disarm = clock.at(clock.now() + BUDGETS.sttConnectMs, () =>
      this.abandon(tooSlow(who, `no connection within ${BUDGETS.sttConnectMs} ms`)),
    );
    ws.on('open', () => this.#opened(ws));
    ws.on('message', (data: RawData, isBinary: boolean) => {
      this.#unansweredPings = 0;
      if (!this.#isOver && !isBinary) onText(String(data));
    });
    ws.on('pong', () => {
      this.#unansweredPings = 0;
    });
    ws.on('unexpected-response', (_request, response) => this.#refused(response));
    ws.on('error', (error: Error & { readonly code?: string }) => this.abandon(this.#errorOf(error)));
    ws.on('close', (code, reason) => this.abandon(this.#options.errorOfClose(code, reason.toString())));
  }

  #opened(ws: WebSocket): void {
    if (this.#isOver) return;
    this.#disarm();
    for (const { data } of this.#queue.splice(0)) ws.send(data);
    this.#keepPinging(ws);
  }

  #keepPinging(ws: WebSocket): void {
    const { clock, who } = this.#options;
    this.#disarm = clock.at(clock.now() + PING_MS, () => {
      if (this.#unansweredPings++ >= 2) return this.abandon(unreachable(who, 'two pings without an answer'));
      ws.ping();
      this.#keepPinging(ws);
    });
  }

  #send(data: string | Uint8Array, isAudio: boolean): void {
    if (this.#isOver) return;
    const ws = this.#ws;
    if (ws?.readyState !== WebSocket.OPEN) return this.#enqueue(data, isAudio);
    ws.send(data);
    if (ws.bufferedAmount <= MAX_UNREAD_BYTES) return;
    queueMicrotask(() => this.abandon(unreachable(this.#options.who, 'it has stopped reading')));
  }

  #enqueue(data: string | Uint8Array, isAudio: boolean): void {
    this.#queue.push({ data: typeof data === 'string' ? data : new Uint8Array(data), isAudio });
    if (!isAudio) return;
    this.#queuedBytes += data.length;
    while (this.#queuedBytes > MAX_QUEUED_BYTES) {
      const oldest = this.#queue.findIndex((item) => item.isAudio);
      const [dropped] = this.#queue.splice(oldest, 1);
      this.#queuedBytes -= dropped!.data.length;
      this.#droppedBytes += dropped!.data.length;
    }
  }

  /** The status is known; its reason is in the body, if that comes soon. */
  #refused(response: IncomingMessage): void {
    if (this.#isOver) return;
    const { clock, who, refusalDetail } = this.#options;
    const { statusCode = 0, headers } = response;
    let body = '';
    const conclude = (): void => {
      const detail = refusalDetail(headers, body);
      this.abandon(errorOfStatus(who, { status: statusCode, retryAfter: headers['retry-after'] ?? null, detail }));
    };
    this.#disarm();
    this.#disarm = clock.at(clock.now() + REFUSAL_WAIT_MS, conclude);
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body = (body + text).slice(0, MAX_REFUSAL_CHARACTERS);
    });
    response.on('error', conclude);
    response.on('end', conclude);
  }

  #errorOf(error: Error & { readonly code?: string }): ProviderError {
    const { who } = this.#options;
    if (error.code?.startsWith('WS_ERR_')) return brokenAnswer(who, error.message, error);
    // Node's error for a host with several addresses has no message of its own.
    return unreachable(who, error.message === '' ? new Error(error.code, { cause: error }) : error);
  }
}

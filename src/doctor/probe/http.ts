/** One HTTP exchange with every byte as it came: nothing is followed, decoded or corrected. */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { createError, type Problem } from '../../simulator/carrier/problem.ts';
import { nameConnectionFault } from '../../simulator/twilio-http.ts';

export interface RawRequest {
  readonly method: string;
  /** What is dialled. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface FormRequest {
  /** The public URL; what is dialled follows from the address. */
  readonly url: string;
  readonly method: 'POST' | 'GET';
  readonly fields: Readonly<Record<string, string>>;
  /** Signed are these instead of `fields`: a forgery. `none` sends no signature. */
  readonly signedFields?: Readonly<Record<string, string>> | 'none';
  readonly idempotencyToken?: string;
  readonly timeoutMs?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly tookMs: number;
}

export type Exchange =
  | { readonly ok: true; readonly answer: RawAnswer }
  | { readonly ok: false; readonly problem: Problem };

/** As `Exchange`, or the connection itself after a 101. Its owner destroys the socket. */
export type UpgradeExchange =
  | Exchange
  | {
      readonly ok: 'upgraded';
      readonly headers: IncomingHttpHeaders;
      readonly socket: Duplex;
      readonly tookMs: number;
    };

/** More than any TwiML may have, so that the reader sees how much too long it is. */
const MOST_BODY_BYTES = 256 * 1024;

/** Never rejects. */
export async function exchange(clock: Clock, request: RawRequest): Promise<Exchange> {
  const outcome = await open(clock, request);
  if (outcome.ok !== 'upgraded') return outcome;
  outcome.socket.destroy();
  return { ok: false, problem: createError(11200, 'the server switched protocols without being asked') };
}

/** Never rejects. */
export function open(clock: Clock, { method, url, headers, body, timeoutMs }: RawRequest): Promise<UpgradeExchange> {
  const started = clock.now();
  const took = (): number => clock.now() - started;
  return new Promise((resolve) => {
    const start = url.protocol === 'https:' || url.protocol === 'wss:' ? requestHttps : requestHttp;
    const address = url.href.replace(/^ws/, 'http');
    let outgoing: ClientRequest;
    const settle = (outcome: UpgradeExchange): void => {
      cancel();
      resolve(outcome);
    };
    const cancel = clock.at(started + timeoutMs, () => {
      settle({ ok: false, problem: createError(11205, `no answer within ${timeoutMs / 1_000} s`) });
      outgoing?.destroy();
    });
    try {
      outgoing = start(address, { method, headers, agent: false });
    } catch (error) {
      return settle({ ok: false, problem: createError(11200, error instanceof Error ? error.message : String(error)) });
    }
    const broken = (error: Error): void => settle({ ok: false, problem: nameConnectionFault(error, url.href) });
    outgoing.on('error', broken);
    outgoing.on('upgrade', (incoming, socket) => {
      socket.on('error', () => socket.destroy());
      settle({ ok: 'upgraded', headers: incoming.headers, socket, tookMs: took() });
    });
    outgoing.on('response', (incoming) => {
      incoming.on('error', broken);
      readBody(incoming, (bytes) => {
        const { statusCode: status = 0, headers: received } = incoming;
        settle({ ok: true, answer: { status, headers: received, body: bytes, tookMs: took() } });
      });
    });
    outgoing.end(body);
  });
}

function readBody(incoming: IncomingMessage, onEnd: (body: Uint8Array) => void): void {
  const pieces: Buffer[] = [];
  let length = 0;
  incoming.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length <= MOST_BODY_BYTES) pieces.push(piece);
  });
  incoming.on('end', () => onEnd(Buffer.concat(pieces)));
}

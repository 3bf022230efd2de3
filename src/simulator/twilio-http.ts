import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../core/clock.ts';
import { signForm } from '../twilio/signature.ts';
import { createError, type Problem } from './carrier/problem.ts';
import { dialUrl, type ServerAddress, tunnelHeaders } from './carrier/server-address.ts';
import type { TwimlAnswer } from './twiml-reader.ts';

export type FormFields = Readonly<Record<string, string>>;

export interface TwilioHttpOptions {
  readonly clock: Clock;
  readonly address: ServerAddress;
  readonly authToken: string;
}

export type HttpOutcome =
  | { readonly ok: true; readonly answer: TwimlAnswer; readonly tookMs: number }
  | { readonly ok: false; readonly problem: Problem };

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly fields: FormFields;
  /** The same for a request and its retry; made when absent. */
  readonly idempotencyToken?: string;
}

interface Request extends HttpRequest {
  readonly idempotencyToken: string;
  readonly deadline: number;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

const TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 10;
/** More than any TwiML may have, so that the reader sees how much too long it is. */
const MAX_BODY_BYTES = 256 * 1024;

/** Requests as Twilio makes them: signed, with its headers, 15 s, one retry of a lost connection, ten redirects. */
export class TwilioHttp {
  readonly #options: TwilioHttpOptions;

  constructor(options: TwilioHttpOptions) {
    this.#options = options;
  }

  /** `url` is what Twilio was told; the signature covers it as it is written. Never rejects. */
  async send(request: HttpRequest): Promise<HttpOutcome> {
    const started = this.#options.clock.now();
    const deadline = started + TIMEOUT_MS;
    return await this.#sendBy({ idempotencyToken: randomUUID(), ...request, deadline }, started);
  }

  async #sendBy(request: Request, started: number): Promise<HttpOutcome> {
    const first = await this.#follow(request);
    const outcome = 'code' in first && first.code === 11205 ? await this.#follow(request) : first;
    if ('code' in outcome) return { ok: false, problem: outcome };
    return { ok: true, answer: outcome, tookMs: this.#options.clock.now() - started };
  }

  async #follow(request: Request): Promise<TwimlAnswer | Problem> {
    let { method, url, fields } = request;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#exchange({ ...request, method, url, fields });
      if ('code' in answer) return answer;
      const { location } = answer.headers;
      if (location === undefined || answer.status < 300 || answer.status > 399) {
        const contentType = answer.headers['content-type'];
        return { status: answer.status, contentType, body: answer.body, url };
      }
      if (!URL.canParse(location, url)) return createError(11200, `a redirect to "${location}" leads nowhere`);
      url = new URL(location, url).href;
      if (answer.status !== 307 && answer.status !== 308) {
        method = 'GET';
        fields = {};
      }
    }
    return createError(11215, `more than ${MAX_REDIRECTS} redirects, the last to ${url}`);
  }

  #exchange(request: Request): Promise<RawAnswer | Problem> {
    const { address, authToken, clock } = this.#options;
    const isPost = request.method === 'POST';
    const query = new URLSearchParams(request.fields).toString();
    const url = isPost || query === '' ? request.url : `${request.url}${request.url.includes('?') ? '&' : '?'}${query}`;
    if (!/^https?:\/\//iu.test(url) || !URL.canParse(url)) {
      return Promise.resolve(createError(11200, `"${url}" is not an http or https address`));
    }
    const target = dialUrl(url, address);
    const headers = {
      host: target.host,
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'i-twilio-idempotency-token': request.idempotencyToken,
      'x-twilio-signature': signForm(authToken, url, isPost ? request.fields : {}),
      ...tunnelHeaders(address),
      ...(isPost ? { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } : {}),
      ...(isPost ? { 'content-length': String(Buffer.byteLength(query)) } : {}),
    };
    return new Promise((resolve) => {
      const open = target.protocol === 'https:' ? requestHttps : requestHttp;
      const outgoing = open(target, { method: request.method, headers, agent: false });
      const cancel = clock.at(request.deadline, () => {
        settle(createError(11205, `no answer from ${url} within 15 s`));
        outgoing.destroy();
      });
      const settle = (result: RawAnswer | Problem) => {
        cancel();
        resolve(result);
      };
      outgoing.on('error', (error) => settle(nameConnectionFault(error, url)));
      outgoing.on('response', (incoming) => {
        const pieces: Buffer[] = [];
        let length = 0;
        incoming.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length <= MAX_BODY_BYTES) pieces.push(piece);
        });
        incoming.on('error', (error) => settle(nameConnectionFault(error, url)));
        incoming.on('end', () => {
          settle({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces) });
        });
      });
      outgoing.end(isPost ? query : undefined);
    });
  }
}

const TLS_FAULTS: Readonly<Record<string, number>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 11235,
  CERT_HAS_EXPIRED: 11236,
  DEPTH_ZERO_SELF_SIGNED_CERT: 11237,
  SELF_SIGNED_CERT_IN_CHAIN: 11237,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 11237,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 11237,
  EPROTO: 11220,
};

/** What Twilio would log for a connection that could not be made, or that broke. */
export function nameConnectionFault(error: Error, url: string): Problem {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return createError(11210, `the host of ${url} has no address`);
  const tls = TLS_FAULTS[code];
  if (tls !== undefined) return createError(tls, `${url}: ${error.message}`);
  return createError(11205, `no connection to ${url}: ${error.message}`);
}

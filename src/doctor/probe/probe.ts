/** What every check may use: the server under test as Twilio would ask it, and what is known of its deployment. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { type CallIdentity, createCallFields } from '../../simulator/carrier/call-fields.ts';
import { dialUrl, type ServerAddress, tunnelHeaders } from '../../simulator/carrier/server-address.ts';
import { createSid } from '../../simulator/carrier/sid.ts';
import { signForm, signUpgrade } from '../../twilio/signature.ts';
import type { Deployment } from './deployment.ts';
import { type Exchange, exchange, type FormRequest, open, type RawAnswer, type UpgradeExchange } from './http.ts';
import { type ReachedTwiml, reachTwiml } from './reach-twiml.ts';

export interface Target {
  readonly address: ServerAddress;
  readonly webhookPath: string;
  readonly method: 'POST' | 'GET';
  /** Undefined when it is not known: then requests are signed with a token of nobody's. */
  readonly authToken: string | undefined;
  readonly accountSid: string | undefined;
  readonly from: string;
  readonly to: string;
  /** Undefined leaves the recording callback out. */
  readonly recordingPath: string | undefined;
  /** Whether messages that Twilio never sends may be sent: a server with live calls may not survive them. */
  readonly garbage: boolean;
  /** How long a quiet socket is held; undefined leaves that out. */
  readonly idleMs: number | undefined;
}

export interface ProbeOptions {
  readonly clock: Clock;
  readonly target: Target;
  /** The deployment that the doctor runs in; undefined for a server elsewhere. */
  readonly deployment: Deployment | undefined;
}

/** Twilio gives up after so long. */
export const TWILIO_TIMEOUT_MS = 15_000;

export class Probe {
  readonly clock: Clock;
  readonly target: Target;
  readonly deployment: Deployment | undefined;
  readonly authToken: string;
  /** What no report may show. */
  readonly secrets: readonly string[];
  readonly #once = new Map<string, Promise<unknown>>();

  constructor({ clock, target, deployment }: ProbeOptions) {
    this.clock = clock;
    this.target = target;
    this.deployment = deployment;
    this.authToken = target.authToken ?? randomBytes(16).toString('hex');
    this.secrets = [this.authToken, target.from, target.to, ...(deployment?.secrets ?? [])];
  }

  get webhookUrl(): string {
    return new URL(this.target.webhookPath, this.target.address.publicUrl).href;
  }

  /** A call that nobody has made yet. */
  newCall(): CallIdentity {
    const { accountSid = createSid('AC'), from, to } = this.target;
    return { callSid: createSid('CA'), accountSid, from, to };
  }

  /** The answer to a new call; asked once for all checks. */
  reach(): Promise<ReachedTwiml> {
    return this.once('reach', () => reachTwiml(this, this.newCall()));
  }

  /** What several checks need, asked once for all of them. */
  once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#once.get(name) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    this.#once.set(name, asked);
    return asked;
  }

  callFields(call: CallIdentity): Record<string, string> {
    return createCallFields(call, 'ringing');
  }

  /** As Twilio asks: a signed form, and headers as a tunnel adds them when another name is dialled. */
  form({ url, method, fields, signedFields = fields, idempotencyToken, timeoutMs }: FormRequest): Promise<Exchange> {
    const query = new URLSearchParams(fields).toString();
    const isPost = method === 'POST';
    const asked = isPost || query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
    const signed = signedFields === 'none' ? undefined : signForm(this.authToken, asked, isPost ? signedFields : {});
    return this.#send(asked, {
      method,
      headers: {
        accept: '*/*',
        'user-agent': 'TwilioProxy/1.1',
        'i-twilio-idempotency-token': idempotencyToken ?? randomUUID(),
        ...(signed === undefined ? {} : { 'x-twilio-signature': signed }),
        ...(isPost
          ? {
              'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
              'content-length': String(Buffer.byteLength(query)),
            }
          : {}),
      },
      ...(isPost ? { body: query } : {}),
      timeoutMs: timeoutMs ?? TWILIO_TIMEOUT_MS,
    });
  }

  /** A plain request of a browser or a monitor. */
  get(path: string, headers: Readonly<Record<string, string>> = {}, timeoutMs = 10_000): Promise<Exchange> {
    const url = new URL(path, this.target.address.publicUrl).href;
    return this.#send(url, { method: 'GET', headers: { accept: '*/*', ...headers }, timeoutMs });
  }

  /** With the headers that were captured from Twilio, and the given ones; `signed: false` leaves the signature out. */
  upgrade(
    url: string,
    {
      headers = {},
      signed = true,
    }: { readonly headers?: Readonly<Record<string, string>>; readonly signed?: boolean } = {},
  ): Promise<UpgradeExchange> {
    const { address } = this.target;
    return open(this.clock, {
      method: 'GET',
      url: dialUrl(url, address),
      headers: {
        'user-agent': 'Twilio.TmeWs/1.0',
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-version': '13',
        ...(signed ? { 'x-twilio-signature': signUpgrade(this.authToken, url.split('?', 1)[0]!) } : {}),
        ...tunnelHeaders(address),
        ...headers,
      },
      timeoutMs: 10_000,
    });
  }

  #send(url: string, request: Omit<Parameters<typeof exchange>[1], 'url'>): Promise<Exchange> {
    const { address } = this.target;
    const target = dialUrl(url, address);
    const headers = { ...request.headers, host: target.host, ...tunnelHeaders(address) };
    return exchange(this.clock, { ...request, url: target, headers });
  }
}

export function textOf({ body }: RawAnswer, length = 120): string {
  const text = new TextDecoder()
    .decode(body.subarray(0, length * 2))
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/**
 * What proves that a stream belongs to a call that Twilio announced: good for one stream of one call, for one minute.
 * Any node can check the signature, because all share the key; who has used a token is remembered elsewhere.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export type TokenRefusal = 'token-missing' | 'token-unknown' | 'token-used' | 'token-expired' | 'token-of-other-call';

/** One stream of a call. */
export interface StreamTicket {
  readonly callSid: string;
  readonly accountSid: string;
  /** 1 for the first stream, more for each resume. */
  readonly attempt: number;
  /** Wall-clock ms when the token was issued, by the issuing node's clock. */
  readonly issuedAt: number;
}

export type CheckedToken =
  | { readonly ok: true; readonly ticket: StreamTicket }
  | { readonly ok: false; readonly reason: TokenRefusal };

export const TOKEN_LIFETIME_MS = 60_000;
const KEY_BYTES = 32;
/** CallSid, attempt and time, then 256 bits of HMAC-SHA-256. Together far below the 500 characters of a `<Parameter>`. */
const TOKEN = /^(CA[0-9a-f]{32})\.(\d{1,2})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/i;

/** Signs and checks tokens with keys made from secrets that all nodes share: the newest signs, all are good. */
export class StreamTokens {
  readonly #keys: readonly Buffer[];

  /** `secrets` are the auth tokens of the account, the newest first; at least one. */
  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'kav stream token', KEY_BYTES)));
  }

  issue({ callSid, accountSid, attempt, issuedAt }: StreamTicket): string {
    const body = `${callSid}.${attempt}.${Math.max(0, Math.trunc(issuedAt)).toString(36)}`;
    return `${body}.${signature(this.#keys[0]!, body, accountSid)}`;
  }

  /** Whether the token is ours and of this call. Its age and its use are not judged here. Never throws. */
  check(value: string, { callSid, accountSid }: Pick<StreamTicket, 'callSid' | 'accountSid'>): CheckedToken {
    if (value === '') return { ok: false, reason: 'token-missing' };
    const [, ofCall = '', attempt = '', issued = '', mac = ''] = TOKEN.exec(value) ?? [];
    const body = `${ofCall}.${attempt}.${issued}`;
    if (!this.#keys.some((key) => isSame(signature(key, body, accountSid), mac))) {
      return { ok: false, reason: 'token-unknown' };
    }
    if (ofCall !== callSid) return { ok: false, reason: 'token-of-other-call' };
    const issuedAt = Number.parseInt(issued, 36);
    return { ok: true, ticket: { callSid, accountSid, attempt: Number(attempt), issuedAt } };
  }
}

const signature = (key: Buffer, body: string, accountSid: string): string =>
  createHmac('sha256', key).update(`${body}.${accountSid}`).digest('base64url');

function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

import { randomBytes, timingSafeEqual } from 'node:crypto';

/** What proves that a stream belongs to a call that Twilio announced: good for one stream, for one minute. */
export interface StreamToken {
  readonly value: string;
  readonly callSid: string;
  readonly expiresAt: number;
  used: boolean;
}

export type TokenRefusal = 'token-missing' | 'token-unknown' | 'token-used' | 'token-expired' | 'token-of-other-call';

const LIFETIME_MS = 60_000;
/** 256 bits: not to be guessed, and short enough for a `<Parameter>` (500 characters at most). */
const BYTES = 32;

export class StreamTokens {
  readonly #byCall = new Map<string, StreamToken>();

  /** The call's token; the same one while it is unused and fresh, because a webhook may be delivered twice. */
  issue(callSid: string, now: number): string {
    const known = this.#byCall.get(callSid);
    if (known && (known.used || known.expiresAt > now)) return known.value;
    const value = randomBytes(BYTES).toString('base64url');
    this.#byCall.set(callSid, { value, callSid, expiresAt: now + LIFETIME_MS, used: false });
    return value;
  }

  /** Uses the token up if it is good for this call. */
  redeem(value: string, callSid: string, now: number): TokenRefusal | 'good' {
    if (value === '') return 'token-missing';
    const token = this.#byCall.get(callSid);
    if (!token || !isSame(token.value, value)) {
      const isOfOther = [...this.#byCall.values()].some((other) => isSame(other.value, value));
      return isOfOther ? 'token-of-other-call' : 'token-unknown';
    }
    if (token.used) return 'token-used';
    if (token.expiresAt <= now) return 'token-expired';
    token.used = true;
    return 'good';
  }

  forget(callSid: string): void {
    this.#byCall.delete(callSid);
  }
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

import { ProviderError, type ProviderErrorDetails } from '../core/errors.ts';

/** Whose request failed: the fixed half of every error that an adapter raises, and the call that it was for. */
export type VendorOperation = Pick<ProviderErrorDetails, 'provider' | 'operation'> & { readonly callSid?: string };

export interface HttpFailure {
  readonly status: number;
  /** The `Retry-After` header, seconds or an HTTP date. */
  readonly retryAfter?: string | null;
  /** What the vendor said, already cut to a line; never the request. */
  readonly detail?: string;
}

const MAX_DETAIL = 200;
/** Timeouts, conflicts, rate limits and whatever is the server's fault may pass (RFC 9110 section 15). */
const isRetryable = (status: number): boolean => status === 408 || status === 409 || status === 429 || status >= 500;

/** 401 and 403 are the operator's to mend, other 4xx ours or the vendor's; only what may pass is retryable. */
export function errorOfStatus(who: VendorOperation, failure: HttpFailure, cause?: unknown): ProviderError {
  const { status, retryAfter, detail } = failure;
  const retryAfterMs = parseRetryAfterMs(retryAfter);
  const code = status === 401 || status === 403 ? 'provider-misconfigured' : 'provider-failed';
  return new ProviderError(
    { ...who, code, status, retryable: isRetryable(status), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    `HTTP ${status}${detail ? `, ${oneLine(detail)}` : ''}`,
    cause,
  );
}

/** The request never reached the vendor, or the line broke. */
export function unreachable(who: VendorOperation, cause: unknown): ProviderError {
  // A refusal of both of a name's addresses is an AggregateError without a message.
  const detail =
    cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  return new ProviderError({ ...who, code: 'provider-unavailable', retryable: true }, oneLine(detail), cause);
}

/** It answered, and not with what its documentation promises. */
export function brokenAnswer(who: VendorOperation, detail: string, cause?: unknown): ProviderError {
  return new ProviderError({ ...who, code: 'provider-failed', retryable: true }, oneLine(detail), cause);
}

/** A time budget is over. */
export function tooSlow(who: VendorOperation, detail: string): ProviderError {
  return new ProviderError({ ...who, code: 'provider-timeout', retryable: true }, oneLine(detail));
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line;
}

/** Whole seconds only: a date would need a clock, and no speech or model vendor sends one. */
function parseRetryAfterMs(value: string | null | undefined): number | undefined {
  return value && /^\d{1,6}(?:\.\d+)?$/.test(value) ? Math.round(Number(value) * 1000) : undefined;
}

/** What a gRPC status means to a call: https://cloud.google.com/apis/design/errors#handling_errors. */
import { status } from '@grpc/grpc-js';
import type { ProviderError } from '../../core/errors.ts';
import { brokenAnswer, errorOfStatus, tooSlow, unreachable, type VendorOperation } from '../vendor-error.ts';

/** An error of the SDK, as far as it is read here. */
export interface GrpcFailure {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly message?: unknown;
  /** google.rpc messages that the SDK decoded from the trailers; `RetryInfo` has a `retryDelay`. */
  readonly statusDetails?: unknown;
}

/** Only codes whose meaning an HTTP status tells; the others are dealt with by name. */
const HTTP_STATUSES: Readonly<Record<number, number>> = {
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.INVALID_ARGUMENT]: 400,
  [status.FAILED_PRECONDITION]: 400,
  [status.OUT_OF_RANGE]: 400,
  [status.NOT_FOUND]: 404,
  // 501 would pass for something that mends itself.
  [status.UNIMPLEMENTED]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.ABORTED]: 409,
  [status.RESOURCE_EXHAUSTED]: 429,
};

export function errorOfGrpc(who: VendorOperation, failure: GrpcFailure): ProviderError {
  const code = typeof failure.code === 'number' ? failure.code : status.UNKNOWN;
  const detail = String(failure.details ?? failure.message ?? '');
  if (/^Getting metadata from plugin failed/i.test(detail)) return noToken(who, detail, failure);
  if (code === status.UNAVAILABLE) return unreachable(who, failure);
  if (code === status.DEADLINE_EXCEEDED) return tooSlow(who, detail);
  const http = HTTP_STATUSES[code];
  if (http === undefined) return brokenAnswer(who, `gRPC ${status[code] ?? code}, ${detail}`, failure);
  const retryAfter = http === 429 ? retryDelayOf(failure.statusDetails) : undefined;
  return errorOfStatus(who, { status: http, detail, retryAfter: retryAfter ?? null }, failure);
}

/** The token is made on this machine from the key, or asked for; the reason may quote what it was made from. */
function noToken(who: VendorOperation, detail: string, cause: unknown): ProviderError {
  if (/ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|socket|network/i.test(detail)) {
    return unreachable(who, new Error('no access token: the token server is out of reach', { cause }));
  }
  return errorOfStatus(who, { status: 401, detail: 'no access token: the service account key does not work' }, cause);
}

/** Seconds, as a `Retry-After` header has them. */
function retryDelayOf(details: unknown): string | undefined {
  for (const detail of Array.isArray(details) ? (details as unknown[]) : []) {
    const { retryDelay } = detail as { readonly retryDelay?: { readonly seconds?: unknown; readonly nanos?: unknown } };
    if (retryDelay) return (Number(retryDelay.seconds ?? 0) + Number(retryDelay.nanos ?? 0) / 1e9).toFixed(3);
  }
  return undefined;
}

/**
 * Google ends every stream at 305 s, and one without audio sooner: version 1 as OUT_OF_RANGE, version 2 as ABORTED, with
 * "Max duration of 5 minutes reached for stream" (GoogleCloudPlatform/python-docs-samples issue 12053) or "Stream timed
 * out after receiving no more client requests". That is no failure: the next stream goes on.
 */
export function isStreamLimit(failure: GrpcFailure): boolean {
  if (failure.code === status.OUT_OF_RANGE) return true;
  return failure.code === status.ABORTED && /duration|timed out|timeout/i.test(String(failure.details));
}

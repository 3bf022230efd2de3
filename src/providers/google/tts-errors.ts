/** How Text-to-Speech fails, before the words of it are common to all of Google's services. */
import { protos } from '@google-cloud/text-to-speech';
import { type ServiceError, status } from '@grpc/grpc-js';
import { ProviderError } from '../../core/errors.ts';
import { unreachable } from '../vendor-error.ts';
import { errorOfGrpc } from './grpc-errors.ts';

export const WHO = { provider: 'google', operation: 'tts' } as const;

/** The request was refused as such: another kind of request for the same words may be taken. */
export function isRefusal(error: unknown): boolean {
  return isServiceError(error) && (error.code === status.INVALID_ARGUMENT || error.code === status.UNIMPLEMENTED);
}

/** The SDK cannot make a client of the credentials. */
export function errorOfCredentials(cause: unknown): ProviderError {
  const problem = 'the service account key gives no access: is it whole, and still valid?';
  return new ProviderError({ ...WHO, code: 'provider-misconfigured', retryable: false }, problem, cause);
}

/** Any failure of a request, as the contract names it. */
export function errorOfRequest(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!isServiceError(error)) return unreachable(WHO, error);
  const details = withoutQuotations(error.details);
  // The original is not kept, not even as the cause: it would bring the quotation into the log.
  const failure = Object.assign(new Error(details), { code: error.code, details, statusDetails: retryInfoOf(error) });
  return errorOfGrpc(WHO, failure);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

/** Google quotes the sentence that it objects to ("Sentence starting with: …"); it is the caller's affair. */
function withoutQuotations(details: string): string {
  return details.replaceAll(/"[^"]*(?:"|$)/g, '"…"');
}

const RETRY_INFO = 'google.rpc.RetryInfo';
const FIELD_1_MESSAGE = 0x0a;

/**
 * How long the server wishes to be left alone: `google.rpc.RetryInfo` among the details of its status
 * (https://google.aip.dev/193). Its only field is a duration; the SDK has the types of both, but not of the message
 * around it.
 */
function retryInfoOf(error: ServiceError): readonly { readonly retryDelay: protos.google.protobuf.IDuration }[] {
  const [packed] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(packed)) return [];
  try {
    const { details } = protos.google.rpc.Status.decode(packed);
    const info = details.find(({ type_url }) => type_url?.endsWith(RETRY_INFO))?.value;
    if (!(info instanceof Uint8Array) || info[0] !== FIELD_1_MESSAGE) return [];
    return [{ retryDelay: protos.google.protobuf.Duration.decode(info.subarray(2, 2 + info[1]!)) }];
  } catch {
    return []; // the status itself is known; how long to wait is then the caller's guess
  }
}

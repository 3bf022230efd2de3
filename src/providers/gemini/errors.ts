import { ProviderError } from '../../core/errors.ts';
import { errorOfStatus, type VendorOperation } from '../vendor-error.ts';
import { errorOfSdk } from '../wire/sdk-error.ts';

/**
 * The SDK gives a status and the body as text. It holds the wait in a `RetryInfo`, not in a header, and a wrong key is a
 * 400: https://ai.google.dev/gemini-api/docs/troubleshooting
 */
export function errorOfGemini(who: VendorOperation, error: unknown): ProviderError {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') {
    return errorOfSdk(who, error);
  }
  const { status, message } = error;
  if (status === 400 && message.includes('API_KEY_INVALID')) {
    const details = { ...who, code: 'provider-misconfigured', status, retryable: false } as const;
    return new ProviderError(details, 'HTTP 400, API_KEY_INVALID');
  }
  const retryAfter = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(message)?.[1] ?? null;
  const detail = /"status":\s*"([A-Z_]{3,40})"/.exec(message)?.[1];
  return errorOfStatus(who, { status, retryAfter, ...(detail === undefined ? {} : { detail }) });
}

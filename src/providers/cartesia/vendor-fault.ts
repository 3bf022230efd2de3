/** The vendor's names of what went wrong, as Kav's errors. https://docs.cartesia.ai/use-the-api/api-errors */
import { ProviderError } from '../../core/errors.ts';
import { errorOfStatus, type HttpFailure, unreachable } from '../vendor-error.ts';
import { WHO } from './options.ts';

/** Of a refused upgrade, or of an `error` message. Titles and messages are left out: some quote the request. */
export function errorOfAnswer(failure: HttpFailure, body: string): ProviderError {
  return errorOfFault(failure, codeIn(body));
}

export function errorOfFault(failure: HttpFailure, name: string): ProviderError {
  const detail = /^[\w.-]{1,60}$/.test(name) ? name : '';
  // Credits that are used up do not come back with time, whatever the status says.
  if (/quota|credit/i.test(detail)) {
    const details = { ...WHO, code: 'provider-failed', status: failure.status, retryable: false } as const;
    return new ProviderError(details, `HTTP ${failure.status}, ${detail}`);
  }
  return errorOfStatus(WHO, { ...failure, ...(detail === '' ? {} : { detail }) });
}

export function errorOfClose(code: number, reason: string): ProviderError {
  if (code === 1008 && /key|unauthori[sz]ed|authenticat|forbidden/i.test(reason)) {
    return new ProviderError({ ...WHO, code: 'provider-misconfigured', retryable: false }, 'refused: CARTESIA_API_KEY');
  }
  return unreachable(WHO, new Error(`the socket was closed with code ${code}`));
}

function codeIn(body: string): string {
  try {
    const { error_code } = JSON.parse(body) as { readonly error_code?: unknown };
    return typeof error_code === 'string' ? error_code : '';
  } catch {
    return '';
  }
}

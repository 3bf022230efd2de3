/** The vendor's names of what went wrong, as Kav's errors. Its sentences are left out: some quote the request. */
import { ProviderError } from '../../core/errors.ts';
import { errorOfStatus, type HttpFailure, unreachable } from '../vendor-error.ts';
import { WHO } from './options.ts';

/** https://help.elevenlabs.io/hc/en-us/articles/19572237925521: a used-up quota is a 401, and no fault of the key. */
export function errorOfAnswer(failure: HttpFailure, body: string): ProviderError {
  const name = faultName(body);
  if (isQuota(name)) return failed(name, failure.status, false);
  return errorOfStatus(WHO, { ...failure, ...(name === '' ? {} : { detail: name }) });
}

/** The `error` of a socket's message; the socket closes with 1008 whatever it was. */
export function errorOfName(name: string): ProviderError {
  if (isAuth(name)) {
    return new ProviderError(
      { ...WHO, code: 'provider-misconfigured', retryable: false },
      `${plain(name)} (ELEVENLABS_API_KEY)`,
    );
  }
  const isPassing = /max_active|concurrent|busy|rate|timeout|internal/i.test(name);
  return failed(name, undefined, isPassing && !isQuota(name));
}

/** A close without an error message before it: the reason is a sentence for people. */
export function errorOfClose(code: number, reason: string): ProviderError {
  if (code === 1008 && isAuth(reason)) return errorOfName('invalid_api_key');
  if (code === 1008 && isQuota(reason)) return failed('quota_exceeded', undefined, false);
  return unreachable(WHO, new Error(`the socket was closed with code ${code}`));
}

function failed(name: string, status: number | undefined, retryable: boolean): ProviderError {
  const details = { ...WHO, code: 'provider-failed', retryable, ...(status === undefined ? {} : { status }) } as const;
  return new ProviderError(details, `refused: ${plain(name)}`);
}

const isQuota = (text: string): boolean => /quota/i.test(text);
const isAuth = (text: string): boolean => /api.?key|unauthori[sz]ed|authenticat|permission|forbidden/i.test(text);

/** `detail.status`, since 2025 also `detail.code`; a validation error has a list there, with the request in it. */
function faultName(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { readonly detail?: { readonly status?: unknown; readonly code?: unknown } };
    const name = detail?.status ?? detail?.code;
    return typeof name === 'string' ? plain(name) : '';
  } catch {
    return '';
  }
}

/** A name, and never a sentence. */
function plain(name: string): string {
  return /^[\w.-]{1,60}$/.test(name) ? name : 'an error without a name';
}

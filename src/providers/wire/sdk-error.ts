/** What the vendors' SDKs throw, as the errors of a provider. Their messages are not passed on: they quote requests. */
import { ProviderError } from '../../core/errors.ts';
import { brokenAnswer, errorOfStatus, unreachable, type VendorOperation } from '../vendor-error.ts';

/** What a vendor's SDK says of a refused request. */
interface SdkFailure {
  readonly status?: unknown;
  readonly headers?: { get?(name: string): string | null };
  readonly code?: unknown;
  readonly type?: unknown;
  readonly error?: { readonly error?: unknown } | null;
}

/** An account without money answers 429 as if it were busy (OpenAI's error codes guide). */
const OUT_OF_CREDIT = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_error']);

/** For the SDKs of OpenAI and Anthropic, and for what Node's own fetch throws. */
export function errorOfSdk(who: VendorOperation, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const { status, headers } = failureOf(error);
  const word = errorWord(failureOf(error));
  if (word !== undefined && OUT_OF_CREDIT.has(word)) return outOfCredit(who, word, status);
  if (typeof status === 'number') {
    const retryAfter = headers?.get?.('retry-after') ?? null;
    return errorOfStatus(who, { status, retryAfter, ...(word === undefined ? {} : { detail: word }) });
  }
  if (word !== undefined && !isNetworkCode(word)) return brokenAnswer(who, `an error in its answer, ${word}`);
  const cause = rootCause(error);
  return isNetworkFailure(error, cause) ? unreachable(who, cause) : brokenAnswer(who, 'an answer that cannot be read');
}

/** The operator's account is empty: no retry mends it. */
function outOfCredit(who: VendorOperation, word: string, status?: unknown): ProviderError {
  const details = { ...who, code: 'provider-misconfigured', retryable: false } as const;
  return new ProviderError(typeof status === 'number' ? { ...details, status } : details, `${word}: no credit left`);
}

function failureOf(error: unknown): SdkFailure {
  return typeof error === 'object' && error !== null ? error : {};
}

/** The vendor's own name of the failure: a single word, which cannot quote anybody. */
function errorWord({ code, type, error }: SdkFailure): string | undefined {
  const inner = failureOf(error?.error);
  return [code, inner.code, inner.type, type].find(isWord);
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][\w.-]{2,60}$/i.test(value);
}

/** The innermost error that says anything: SDKs and fetch wrap the system's own. */
function rootCause(error: unknown): unknown {
  const { cause } = failureOf(error) as { readonly cause?: unknown };
  if (cause instanceof AggregateError) return new Error(String(failureOf(cause).code ?? 'no address answers'));
  return cause instanceof Error ? rootCause(cause) : error;
}

function isNetworkFailure(error: unknown, cause: unknown): boolean {
  const name = error instanceof Error ? error.constructor.name : '';
  const { code } = failureOf(cause);
  // undici reports whatever happens to a connection as a TypeError.
  return name.startsWith('APIConnection') || error instanceof TypeError || isNetworkCode(code);
}

function isNetworkCode(code: unknown): boolean {
  return typeof code === 'string' && /^(?:E[A-Z]{3,}|UND_ERR_\w+|ERR_(?:TLS|SSL)_\w+|[A-Z]+_CERT\w*)$/.test(code);
}

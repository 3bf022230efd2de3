import type { Clock } from '../../core/clock.ts';
import { ProviderError } from '../../core/errors.ts';
import { BUDGETS } from '../budgets.ts';
import { brokenAnswer, type HttpFailure, tooSlow, unreachable, type VendorOperation } from '../vendor-error.ts';

export interface AudioRequest {
  readonly who: VendorOperation;
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the request to the first audio. */
  readonly firstByteMs: number;
  readonly errorOf: (failure: HttpFailure, body: string) => ProviderError;
}

const MAX_ERROR_BODY = 4096;

/**
 * Posts, and yields the body's bytes as they come, never an empty piece. Throws `ProviderError`, or the signal's reason;
 * the request is cut off on the wire when it aborts, and when the reader leaves early.
 */
export async function* streamAudio(request: AudioRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { who, clock, firstByteMs } = request;
  signal.throwIfAborted();
  const line = new AbortController();
  const abort = () => line.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const within = (ms: number, what: string) =>
    clock.at(clock.now() + ms, () => line.abort(tooSlow(who, `${what} within ${ms} ms`)));
  let disarm = within(firstByteMs, 'no audio');
  try {
    const body = await post(request, line.signal);
    for (;;) {
      const { done, value } = await body.read();
      signal.throwIfAborted();
      if (done) return;
      if (value.length === 0) continue;
      disarm();
      yield value;
      signal.throwIfAborted();
      disarm = within(BUDGETS.ttsIdleMs, 'no further audio');
    }
  } catch (error) {
    if (line.signal.aborted) throw line.signal.reason;
    if (error instanceof ProviderError) throw error;
    throw unreachable(who, error instanceof TypeError ? (error.cause ?? error) : error);
  } finally {
    disarm();
    signal.removeEventListener('abort', abort);
    line.abort();
  }
}

async function post(request: AudioRequest, signal: AbortSignal) {
  const { who, url, headers, body } = request;
  // A redirect would carry the key to another host: fetch strips only `Authorization` there.
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  if (!response.ok) {
    const failure = { status: response.status, retryAfter: response.headers.get('retry-after') };
    throw request.errorOf(failure, (await response.text()).slice(0, MAX_ERROR_BODY));
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^(?:text\/|application\/(?:json|xml|problem))/i.test(type)) throw brokenAnswer(who, `${type} instead of audio`);
  if (!response.body) throw brokenAnswer(who, 'an answer without a body');
  return response.body.getReader();
}

/** Has Twilio delete a recording: https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource */
import { refused, retry, type WorkFailure } from '../work-result.ts';
import { failureOfError, type MediaFetcher } from './fetch-media.ts';
import { guardedRequest } from './guarded-request.ts';

const ANSWER_MS = 20_000;

/** `absent` when it was gone already. Rejects only with the signal's reason. */
export async function deleteMedia(
  { clock, source }: Pick<MediaFetcher, 'clock' | 'source'>,
  wanted: { readonly host: string; readonly path: string; readonly authorization: string },
  signal: AbortSignal,
): Promise<{ readonly status: 'deleted' | 'absent' } | WorkFailure> {
  signal.throwIfAborted();
  if (!source.isHost(wanted.host)) return refused('the host is not one of Twilio');
  const late = new AbortController();
  const disarm = clock.at(clock.now() + ANSWER_MS, () => late.abort());
  try {
    const until = AbortSignal.any([signal, late.signal]);
    const answer = await guardedRequest(source, { method: 'DELETE', ...wanted }, until);
    const { statusCode } = answer;
    answer.destroy();
    if (statusCode === 204) return { status: 'deleted' };
    return statusCode === 404 ? { status: 'absent' } : retry(`Twilio answered ${statusCode} to the deletion`);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return late.signal.aborted ? retry('Twilio did not answer the deletion') : failureOfError(error);
  } finally {
    disarm();
  }
}

/** One attempt at telling the user's CRM of one event. */
import type { Clock } from '../../core/clock.ts';
import { refused, retry, type WorkResult } from '../work-result.ts';
import { type CrmEvent, type CrmEventRef, crmBody, crmEventId } from './event.ts';
import { signatureHeaders } from './signature.ts';

export interface CrmEndpoint {
  /** The operator's own; it may well lead to a private address. */
  readonly url: URL;
  /** At least one, `whsec_…`. */
  readonly secrets: readonly string[];
}

export interface CrmSender {
  readonly endpoint: CrmEndpoint;
  readonly clock: Clock;
  readonly date: () => Date;
  readonly version: string;
}

/** The specification recommends 15 to 30 s. */
const ANSWER_MS = 15_000;
const MAX_BODY_BYTES = 256 * 1024;

/** Rejects only with the signal's reason. */
export async function sendCrmEvent(
  sender: CrmSender,
  ref: CrmEventRef,
  event: CrmEvent,
  signal: AbortSignal,
): Promise<WorkResult> {
  signal.throwIfAborted();
  const body = crmBody(ref, event);
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return refused('the event is too large');
  const { clock, date, endpoint, version } = sender;
  const timestamp = Math.floor(date().getTime() / 1000);
  const headers = {
    ...signatureHeaders({ id: crmEventId(ref), timestamp, body }, endpoint.secrets),
    'content-type': 'application/json',
    'user-agent': `Kav/${version}`,
  };
  const late = new AbortController();
  const disarm = clock.at(clock.now() + ANSWER_MS, () => late.abort());
  try {
    const until = AbortSignal.any([signal, late.signal]);
    const answer = await fetch(endpoint.url, { method: 'POST', headers, body, redirect: 'manual', signal: until });
    // What it says beside its status is of no interest, and is not read.
    await answer.body?.cancel();
    return resultOf(answer.status);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return late.signal.aborted ? retry('the CRM did not answer in time') : unreachable(error);
  } finally {
    disarm();
  }
}

function resultOf(status: number): WorkResult {
  if (status >= 200 && status < 300) return { status: 'done' };
  // 410 is the specification's word for "never send here again".
  if (status === 410) return refused('the CRM answered 410');
  return retry(`the CRM answered ${status}`);
}

function unreachable(error: unknown): WorkResult {
  if (!(error instanceof TypeError)) throw error;
  const cause = error.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return retry(`the CRM cannot be reached${/^[A-Z0-9_]{1,40}$/.test(code) ? `: ${code}` : ''}`);
}

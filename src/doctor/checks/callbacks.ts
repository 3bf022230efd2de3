import { randomUUID } from 'node:crypto';
import { createRecordingFields, createStreamFields } from '../../simulator/carrier/call-fields.ts';
import { createSid } from '../../simulator/carrier/sid.ts';
import { readTwiml } from '../../simulator/twiml-reader.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { Exchange } from '../probe/http.ts';
import type { Probe } from '../probe/probe.ts';
import type { ReachedTwiml, StreamVerb } from '../probe/reach-twiml.ts';

const SLOW_MS = 3_000;
/** A route that takes the recording down while Twilio waits is slower than this. */
const SLOW_RECORDING_MS = 1_000;

/** What Twilio tells a server beside the call, each of it twice. */
export const callbacks: Check = {
  name: 'callbacks',
  area: 'callbacks',
  title: 'Are the callbacks answered?',
  needs: ['call'],
  budgetMs: 60_000,
  async run(probe) {
    const reached = await probe.reach();
    if (!reached.stream) return [];
    const findings = await Promise.all([
      streamStatus(probe, reached, reached.stream),
      recordingDone(probe, reached),
      // The call is over with this one: the last of the others.
    ]);
    return [...findings.flat(), ...(await streamEnded(probe, reached, reached.stream))];
  },
};

interface Callback {
  readonly name: string;
  readonly url: string;
  readonly method: 'POST' | 'GET';
  readonly fields: Readonly<Record<string, string>>;
}

async function twice(probe: Probe, { fields, method, url }: Callback): Promise<readonly [Exchange, Exchange]> {
  const request = { url, method, fields, idempotencyToken: randomUUID() };
  return [await probe.form(request), await probe.form(request)];
}

const methodOf = (method: string): 'POST' | 'GET' => (method === 'GET' ? 'GET' : 'POST');

async function streamStatus(probe: Probe, { call }: ReachedTwiml, { stream }: StreamVerb): Promise<readonly Finding[]> {
  const { statusCallback: url, statusCallbackMethod: method } = stream;
  if (url === undefined) return [];
  const sid = createSid('MZ');
  const fields = createStreamFields(call, {
    sid,
    name: sid,
    event: 'stream-started',
    at: new Date(),
    errorCode: undefined,
  });
  const callback = { name: 'statusCallback', url, method: methodOf(method), fields };
  return [judge(callback, await twice(probe, callback), SLOW_MS)];
}

async function recordingDone(probe: Probe, { call }: ReachedTwiml): Promise<readonly Finding[]> {
  const { address, recordingPath } = probe.target;
  if (recordingPath === undefined) return [];
  const url = new URL(recordingPath, address.publicUrl).href;
  // Absent, so that nobody fetches a recording that is not there.
  const fields = {
    ...createRecordingFields(call, createSid('RE'), { durationMs: 1_000, at: new Date() }),
    RecordingStatus: 'absent',
    ErrorCode: '16101',
  };
  const callback = { name: 'recording callback', url, method: 'POST' as const, fields };
  return [judge(callback, await twice(probe, callback), SLOW_RECORDING_MS)];
}

function judge({ name }: Callback, [first, second]: readonly [Exchange, Exchange], slowMs: number): Finding {
  if (!first.ok) return fail(`The ${name} gets no answer`, { seen: first.problem.message, code: first.problem.code });
  const { status, tookMs } = first.answer;
  if (status >= 400) return warn(`The ${name} is answered with ${status}`, { code: 15003 });
  if (tookMs > slowMs) {
    return warn(`The ${name} takes ${(tookMs / 1_000).toFixed(1)} s`, {
      code: 15003,
      remedy: 'Answer at once, and do the work behind it in a queue.',
    });
  }
  if (!second.ok || second.answer.status >= 400) {
    const seen = second.ok ? `${status}, then ${second.answer.status}` : second.problem.message;
    return warn(`The ${name} does not take a repeat`, { seen, code: 15003 });
  }
  return ok(`The ${name} is answered with ${status} in ${Math.round(tookMs)} ms, a repeat too`);
}

/** The call is over; what is to follow it. */
export async function streamEnded(probe: Probe, { call }: ReachedTwiml, verb: StreamVerb): Promise<readonly Finding[]> {
  const { action: url } = verb;
  if (url === undefined) return [];
  const fields = { ...probe.callFields(call), CallStatus: 'completed' };
  const callback = { name: 'action', url, method: methodOf(verb.method), fields };
  const outcomes = await twice(probe, callback);
  const [first] = outcomes;
  const answered = judge(callback, outcomes, SLOW_MS);
  if (!first.ok || first.answer.status >= 400) {
    return [
      first.ok
        ? fail(answered.title, { code: 11200, why: 'After the stream the caller hears Twilio’s error.' })
        : answered,
    ];
  }
  const { body, headers, status } = first.answer;
  if (status === 204 || (body.length === 0 && status === 200)) return [answered];
  const { problems } = readTwiml({ status, contentType: headers['content-type'], body, url });
  const [problem] = problems;
  if (!problem) return [answered];
  const trouble = { seen: problem.message, code: problem.code };
  return [
    problem.level === 'error'
      ? fail('The action answers with no TwiML', trouble)
      : warn('The action’s TwiML has a fault', trouble),
  ];
}

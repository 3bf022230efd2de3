/** Follows a call's webhook to its document, and keeps every hop. */
import type { CallIdentity } from '../../simulator/carrier/call-fields.ts';
import { createError, type Problem } from '../../simulator/carrier/problem.ts';
import { readTwiml, type TwimlReading, type TwimlVerb } from '../../simulator/twiml-reader.ts';
import type { Exchange, FormRequest, RawAnswer } from './http.ts';

/** Who asks, and how: a probe. */
export interface TwimlAsker {
  readonly target: { readonly method: 'POST' | 'GET' };
  readonly webhookUrl: string;
  callFields(call: CallIdentity): Readonly<Record<string, string>>;
  /** Never rejects. */
  form(request: FormRequest): Promise<Exchange>;
}

export type StreamVerb = Extract<TwimlVerb, { type: 'connect-stream' }>;

export interface Hop {
  readonly status: number;
  readonly from: string;
  readonly to: string;
}

export interface ReachedTwiml {
  readonly call: CallIdentity;
  readonly hops: readonly Hop[];
  readonly url: string;
  /** Undefined when nothing came: then `problem` says why. */
  readonly answer: RawAnswer | undefined;
  readonly problem: Problem | undefined;
  readonly reading: TwimlReading;
  readonly stream: StreamVerb | undefined;
}

const MOST_REDIRECTS = 10;

/** Never rejects. */
export async function reachTwiml(probe: TwimlAsker, call: CallIdentity): Promise<ReachedTwiml> {
  const hops: Hop[] = [];
  let { method } = probe.target;
  let url = probe.webhookUrl;
  let fields: Readonly<Record<string, string>> = probe.callFields(call);
  for (;;) {
    const outcome = await probe.form({ url, method, fields });
    if (!outcome.ok) return nothing(call, hops, url, outcome.problem);
    const { answer } = outcome;
    const { location } = answer.headers;
    if (location === undefined || answer.status < 300 || answer.status > 399) return reached(call, hops, url, answer);
    if (!URL.canParse(location, url)) {
      return nothing(call, hops, url, createError(11200, `a redirect to "${location}" leads nowhere`));
    }
    const next = new URL(location, url).href;
    hops.push({ status: answer.status, from: url, to: next });
    if (hops.length > MOST_REDIRECTS) {
      return nothing(call, hops, url, createError(11215, `more than ${MOST_REDIRECTS} redirects, the last to ${next}`));
    }
    if (answer.status !== 307 && answer.status !== 308) {
      method = 'GET';
      fields = {};
    }
    url = next;
  }
}

function nothing(call: CallIdentity, hops: readonly Hop[], url: string, problem: Problem): ReachedTwiml {
  return { call, hops, url, answer: undefined, problem, reading: { verbs: [], problems: [] }, stream: undefined };
}

function reached(call: CallIdentity, hops: readonly Hop[], url: string, answer: RawAnswer): ReachedTwiml {
  const { body, headers, status } = answer;
  const reading = readTwiml({ status, contentType: headers['content-type'], body, url });
  const stream = reading.verbs.find((verb): verb is StreamVerb => verb.type === 'connect-stream');
  return { call, hops, url, answer, problem: undefined, reading, stream };
}

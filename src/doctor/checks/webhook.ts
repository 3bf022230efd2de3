import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import { type Probe, textOf } from '../probe/probe.ts';
import type { ReachedTwiml } from '../probe/reach-twiml.ts';
import { explainBody, isPage } from './webhook-body.ts';

/** Twilio waits 15 s, but the caller hears nothing but ringing meanwhile. */
const SLOW_MS = 3_000;

/** The answer to an incoming call: status, type, bytes, document and schema. */
export const webhook: Check = {
  name: 'webhook',
  area: 'webhook',
  title: 'Is the answer to a call right?',
  needs: ['tls'],
  // Redirects may follow each other, and each has Twilio's 15 s.
  budgetMs: 60_000,
  async run(probe) {
    const reached = await probe.reach();
    const broken = await explainFailure(probe, reached);
    if (broken) return [broken];
    return [describe(reached), ...remarks(reached)];
  },
};

async function explainFailure(probe: Probe, reached: ReachedTwiml): Promise<Finding | undefined> {
  const { answer, hops, problem, reading } = reached;
  if (!answer) return unreachable(reached, problem?.code ?? 11200, problem?.message ?? '');
  const { status } = answer;
  const seen = `${probe.target.method} ${probe.target.webhookPath}: ${status}, ${textOf(answer) || 'no body'}`;
  if (status === 401 || status === 403) return refused(probe, seen);
  const wrongMethod = status >= 400 ? await tryOtherMethod(probe) : undefined;
  if (wrongMethod) return wrongMethod;
  if (hops.length > 0 && status >= 400) return badRedirect(reached, seen);
  if ([502, 503, 504].includes(status) && isPage(answer)) return proxyPage(seen);
  if (status < 200 || status > 299) return fail(`The webhook answers ${status}`, { seen, code: 11200 });
  const body = explainBody(answer);
  if (body) return fail(body.title, { seen, ...body.trouble });
  const error = reading.problems.find(({ level }) => level === 'error');
  if (!error) return undefined;
  return fail('The TwiML is refused', { seen: `${error.message}; ${textOf(answer)}`, code: error.code });
}

function unreachable({ hops, url }: ReachedTwiml, code: number, message: string): Finding {
  const way = hops.length > 0 ? ` after ${hops.length} redirects` : '';
  if (code === 11215) return fail('The webhook is redirected in a circle', { seen: message, code });
  if (code === 11205 && message.startsWith('no answer')) {
    return fail('The webhook is too slow', { seen: `${new URL(url).pathname}: ${message}${way}`, code });
  }
  return fail('The webhook cannot be reached', { seen: `${message}${way}`, code });
}

function refused({ target }: Probe, seen: string): Finding {
  if (target.authToken === undefined) {
    return fail("The server wants Twilio's signature, and no token was given", {
      seen,
      remedy: 'Run again with --token and the Auth Token of the account.',
    });
  }
  return fail('A request with the right signature is refused', {
    seen,
    code: 11200,
    why:
      'The server computes another signature: from http:// or an internal name behind a proxy, from a body that was ' +
      'parsed and written again, from a part of the fields, with a slash more or less, or with another Auth Token.',
    remedy:
      'Build the URL from the configured public origin, sign over every field as it came, and compare the token with ' +
      'the one in the console.',
  });
}

async function tryOtherMethod(probe: Probe): Promise<Finding | undefined> {
  const other = probe.target.method === 'POST' ? 'GET' : 'POST';
  const fields = probe.callFields(probe.newCall());
  const outcome = await probe.form({ url: probe.webhookUrl, method: other, fields });
  if (!outcome.ok || outcome.answer.status !== 200 || !textOf(outcome.answer).includes('<Response')) return undefined;
  return fail(`The webhook takes ${other} and not ${probe.target.method}`, {
    seen: `${probe.target.method} is refused, ${other} is answered with TwiML`,
    code: 11200,
    remedy: `Set the number to HTTP ${other}, or accept ${probe.target.method}, which is what Twilio sends by default.`,
  });
}

function badRedirect({ hops }: ReachedTwiml, seen: string): Finding {
  const way = hops.map(({ status, from, to }) => `${status} from ${from} to ${to}`).join('; ');
  return fail('The webhook is redirected to where it does not work', {
    seen: `${way}; ${seen}`,
    code: 11200,
    why: 'After 301, 302 and 303 Twilio asks with GET and without the form, and the signature is over another URL.',
    remedy: 'Give Twilio the final URL: the right scheme, name and slash.',
  });
}

function proxyPage(seen: string): Finding {
  return fail('The proxy answers in place of the server', {
    seen,
    code: 11200,
    why: 'The process behind it is down, restarting, or on another port.',
    remedy: 'Start the server, and compare its port with the one in the settings of the proxy.',
  });
}

function describe({ answer, reading }: ReachedTwiml): Finding {
  const verbs = reading.verbs.map(({ type }) => type).join(', ');
  return ok(`TwiML in ${Math.round(answer!.tookMs)} ms`, `${answer!.body.length} bytes, ${verbs || 'no verb'}`);
}

/** What Twilio takes, and what is wrong with it all the same. */
function remarks({ answer, hops, reading, stream }: ReachedTwiml): Finding[] {
  const found = reading.problems.map(({ code, message }) => warn(titleOf(code), { seen: message, code }));
  const { headers, tookMs } = answer!;
  if (tookMs > SLOW_MS) found.push(slow(tookMs));
  if (hops.length > 0) found.push(redirected(hops.length));
  if (headers['content-encoding'] !== undefined) found.push(compressed(headers['content-encoding']));
  if (!stream) found.push(noStream());
  return found;
}

function titleOf(code: number): string {
  if (code === 12200) return 'The TwiML has something that Twilio does not know';
  return code === 31920 ? 'The stream URL will not arrive as it is written' : 'The TwiML has a fault';
}

function slow(tookMs: number): Finding {
  return warn(`The webhook takes ${(tookMs / 1_000).toFixed(1)} s`, {
    code: 11205,
    why: 'Twilio gives up after 15 s, and until then the caller hears it ring.',
    remedy: 'Answer before asking any database, model or vendor.',
  });
}

function redirected(count: number): Finding {
  return warn('The webhook is redirected', {
    seen: `${count} times`,
    code: 11200,
    why: 'Each redirect costs time, and most turn POST into GET and lose the form.',
    remedy: 'Give Twilio the final URL.',
  });
}

function compressed(encoding: string): Finding {
  return warn('The answer is compressed without being asked', {
    seen: `Content-Encoding: ${encoding}`,
    code: 12100,
    remedy: 'Compress only what the client accepts (Accept-Encoding), and TwiML not at all.',
  });
}

function noStream(): Finding {
  return warn('The answer opens no media stream', {
    why: 'No <Connect><Stream>: callers hear what the TwiML says, and no agent.',
    remedy: 'If that is meant (kav serve --say-only, a closed line), all is well; else answer with <Connect><Stream>.',
  });
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Check } from '../check.ts';
import { type Finding, fail, ok } from '../finding.ts';
import type { RawAnswer, UpgradeExchange } from '../probe/http.ts';
import { type Probe, textOf } from '../probe/probe.ts';
import { isPage } from './webhook-body.ts';

/** The WebSocket handshake with Twilio's own headers: no subprotocol, no extension, no Origin. */
export const upgrade: Check = {
  name: 'upgrade',
  area: 'stream',
  title: 'Does the media socket open?',
  needs: ['addresses'],
  budgetMs: 45_000,
  async run(probe) {
    const { stream } = await probe.reach();
    if (!stream) return [];
    const { url } = stream.stream;
    const outcome = await probe.upgrade(url);
    if (outcome.ok === 'upgraded') {
      outcome.socket.destroy();
      return [judgeHandshake(outcome.headers, outcome.tookMs)];
    }
    if (!outcome.ok) return [noAnswer(outcome.problem.code, outcome.problem.message)];
    return [await explainRefusal(probe, url, outcome.answer)];
  },
};

function judgeHandshake(headers: IncomingHttpHeaders, tookMs: number): Finding {
  const protocol = headers['sec-websocket-protocol'];
  if (protocol !== undefined) {
    return fail('The server forces a subprotocol that was not offered', {
      seen: `Sec-WebSocket-Protocol: ${protocol}`,
      code: 31920,
      why: 'RFC 6455, section 4.1: the client must fail the connection. Twilio offers none.',
      remedy: 'Send the header only when the client offered that protocol.',
    });
  }
  const extensions = headers['sec-websocket-extensions'];
  if (extensions !== undefined) {
    return fail('The server turns on an extension that was not offered', {
      seen: `Sec-WebSocket-Extensions: ${extensions}`,
      code: 31924,
      remedy: 'Turn permessage-deflate off, in the server and in the proxy.',
    });
  }
  return ok(`The socket opens in ${Math.round(tookMs)} ms`);
}

const HANDSHAKE_CODES: Readonly<Record<number, number>> = { 11205: 31901, 11210: 31904, 11220: 31910 };

function noAnswer(code: number, message: string): Finding {
  const isTls = code >= 11220 && code <= 11237;
  const isRefused = message.includes('ECONNREFUSED');
  const isCut = /ECONNRESET|socket hang up/.test(message);
  const named = isRefused ? 31902 : isCut ? 31920 : isTls ? 31910 : (HANDSHAKE_CODES[code] ?? 31901);
  return fail('The upgrade gets no answer', {
    seen: message,
    code: named,
    ...(isCut
      ? { why: 'The connection is cut when the upgrade is asked for: nobody listens for it on that path.' }
      : {}),
  });
}

interface Variant {
  readonly url: string;
  readonly options: NonNullable<Parameters<Probe['upgrade']>[1]>;
  readonly title: string;
  readonly remedy: string;
}

/** When Twilio's own handshake is refused, a changed one that is taken tells what the server insists on. */
async function explainRefusal(probe: Probe, url: string, answer: RawAnswer): Promise<Finding> {
  const variants = listVariants(probe, url);
  const outcomes = await Promise.all(variants.map((variant) => opens(probe, variant)));
  const taken = variants.find((_variant, i) => outcomes[i]);
  const seen = `${new URL(url).pathname}: ${answer.status}, ${textOf(answer) || 'no body'}`;
  if (taken) return fail(taken.title, { seen: `${seen}; taken when changed`, code: 31920, remedy: taken.remedy });
  return fail(titleOf(answer), { seen, code: 31920, ...whyOf(answer) });
}

function listVariants(probe: Probe, url: string): readonly Variant[] {
  const host = probe.target.address.publicUrl;
  const other = url.endsWith('/') ? url.slice(0, -1) : `${url}/`;
  return [
    {
      url,
      options: { headers: { origin: host.origin } },
      title: 'The server wants an Origin header',
      remedy: 'Twilio sends none: take the media route out of the check of origins.',
    },
    {
      url,
      options: { headers: { 'sec-websocket-protocol': 'audio.twilio.com' } },
      title: 'The server wants a subprotocol',
      remedy: 'Twilio offers none: never require one.',
    },
    {
      url: other,
      options: {},
      title: `The socket is at ${new URL(other).pathname}, and the stream URL says ${new URL(url).pathname}`,
      remedy: 'Take the path with and without a slash at its end.',
    },
    {
      url,
      options: { signed: false },
      title: 'The server refuses a signed upgrade',
      remedy: 'Twilio signs the wss:// URL of the TwiML, without fields: check that, and not https://.',
    },
  ];
}

async function opens(probe: Probe, { url, options }: Variant): Promise<boolean> {
  return isOpened(await probe.upgrade(url, options));
}

export function isOpened(outcome: UpgradeExchange): boolean {
  if (outcome.ok !== 'upgraded') return false;
  outcome.socket.destroy();
  return true;
}

function titleOf(answer: RawAnswer): string {
  if (answer.status === 200 && isPage(answer)) return 'A page answers in place of the media socket';
  if (answer.status >= 300 && answer.status < 400) return 'The media socket is redirected';
  return `The upgrade is answered with ${answer.status}, not 101`;
}

function whyOf(answer: RawAnswer): { readonly why?: string; readonly remedy?: string } {
  const { headers, status } = answer;
  if (status === 200 && isPage(answer)) {
    return {
      why: 'A catch-all route (a single-page app, try_files, a static folder) takes every path, the socket’s too.',
      remedy: 'Put the media route before the catch-all, and let the proxy pass Upgrade and Connection on that path.',
    };
  }
  if (status >= 300 && status < 400) {
    const remedy = 'Twilio follows no redirect here: write the final URL into the TwiML.';
    return { why: `It is sent to ${headers.location ?? 'nowhere'}.`, remedy };
  }
  if (status === 401 || status === 403) {
    const remedy =
      'Twilio has no login and no cookie: check its signature over the wss:// URL, built from the public origin, or a ' +
      'token in a <Parameter>. If the signature is checked, give the right --token.';
    return { why: 'A check refuses it: signature, login or address.', remedy };
  }
  if (status === 400 || status === 426) {
    const remedy =
      'Let the proxy pass the upgrade: nginx needs proxy_http_version 1.1 and the headers Upgrade and Connection.';
    return { why: 'The server does not see a WebSocket handshake: a proxy on the way takes it out.', remedy };
  }
  return {};
}

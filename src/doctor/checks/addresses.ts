import type { Check } from '../check.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { Target } from '../probe/probe.ts';
import { isLocalHost } from './dns.ts';

/** The URLs in the TwiML: a server behind a proxy that it does not know of writes its inner name into them. */
export const addresses: Check = {
  name: 'addresses',
  area: 'webhook',
  title: 'Do the URLs in the TwiML lead back here?',
  needs: ['webhook'],
  budgetMs: 1_000,
  async run(probe) {
    const { stream } = await probe.reach();
    if (!stream) return [];
    const { action, stream: noun } = stream;
    const found = [
      ...judge(probe.target, 'The stream URL', noun.url, 31904),
      ...(noun.statusCallback === undefined
        ? []
        : judge(probe.target, 'The statusCallback', noun.statusCallback, 11205)),
      ...(action === undefined ? [] : judge(probe.target, 'The action', action, 11205)),
    ];
    if (found.length > 0) return found;
    return [ok('Every URL in the TwiML leads back here', noun.url), ...hints(noun.statusCallback, action)];
  },
};

function judge({ address }: Target, what: string, url: string, code: number): Finding[] {
  const { publicUrl } = address;
  if (!URL.canParse(url)) return [fail(`${what} is no URL`, { seen: url, code: code === 31904 ? 31923 : 11200 })];
  const { hostname, protocol } = new URL(url);
  const remedy = 'Set the public origin of the server, or let the proxy send X-Forwarded-Host and X-Forwarded-Proto.';
  if (isLocalHost(hostname) && !isLocalHost(publicUrl.hostname)) {
    return [fail(`${what} names an inner host`, { seen: url, code, remedy })];
  }
  if (protocol === 'http:' && publicUrl.protocol === 'https:') {
    const why = 'The server does not know that it is reached by https: redirects lose the form, and signatures differ.';
    return [warn(`${what} is http, and the server is https`, { seen: url, code: 11200, why, remedy })];
  }
  return [];
}

function hints(statusCallback: string | undefined, action: string | undefined): Finding[] {
  if (statusCallback !== undefined || action !== undefined) return [];
  return [ok('Neither statusCallback nor action is set', 'why a stream failed then stands in Twilio’s debugger alone')];
}

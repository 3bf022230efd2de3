import type { Check } from '../check.ts';
import { type Finding, ok, warn } from '../finding.ts';
import { type Probe, textOf } from '../probe/probe.ts';
import { isOpened } from './upgrade.ts';
import { isPage } from './webhook-body.ts';

const SUBPROTOCOL = 'audio.twilio.com';

/** Everything near the media socket's door that is not Twilio's own handshake. */
export const doors: Check = {
  name: 'doors',
  area: 'stream',
  title: 'What else opens the media socket?',
  needs: ['upgrade'],
  budgetMs: 30_000,
  async run(probe) {
    const { stream } = await probe.reach();
    if (!stream) return [];
    const { url } = stream.stream;
    return Promise.all([
      slash(probe, url),
      offered(probe, url),
      query(probe, url),
      origin(probe, url),
      plainGet(probe, url),
      wrongPath(probe, url),
      unsigned(probe, url),
    ]);
  },
};

async function slash(probe: Probe, url: string): Promise<Finding> {
  const other = url.endsWith('/') ? url.slice(0, -1) : `${url}/`;
  const isOpen = isOpened(await probe.upgrade(other));
  return ok(isOpen ? 'The socket opens with and without a slash' : 'The socket opens only as the TwiML writes it');
}

async function offered(probe: Probe, url: string): Promise<Finding> {
  const outcome = await probe.upgrade(url, { headers: { 'sec-websocket-protocol': SUBPROTOCOL } });
  if (outcome.ok !== 'upgraded') {
    return warn('An offered subprotocol is refused', {
      seen: outcome.ok ? `status ${outcome.answer.status}` : outcome.problem.message,
      code: 31920,
      remedy: `Answer an offer of ${SUBPROTOCOL} with it, and no offer without the header.`,
    });
  }
  outcome.socket.destroy();
  const chosen = outcome.headers['sec-websocket-protocol'];
  if (chosen === SUBPROTOCOL) return ok('An offered subprotocol is echoed', chosen);
  return warn('An offered subprotocol is not echoed', {
    seen: chosen === undefined ? 'no Sec-WebSocket-Protocol in the 101' : `${chosen} was not offered`,
    code: 31920,
    why: 'Twilio offers none today; clients that do (test tools, bridges) fail the connection without the echo.',
    remedy: `Answer an offer of ${SUBPROTOCOL} with it, and no offer without the header.`,
  });
}

async function query(probe: Probe, url: string): Promise<Finding> {
  const isOpen = isOpened(await probe.upgrade(`${url}?kav=doctor`));
  return ok(isOpen ? 'A query string does no harm' : 'A query string is refused', 'Twilio strips it before it asks');
}

async function origin(probe: Probe, url: string): Promise<Finding> {
  const isOpen = isOpened(await probe.upgrade(url, { headers: { origin: 'https://stranger.example' } }));
  return ok(isOpen ? 'A foreign Origin is taken' : 'A foreign Origin is refused', 'Twilio sends none');
}

async function plainGet(probe: Probe, url: string): Promise<Finding> {
  const outcome = await probe.get(new URL(url).pathname);
  if (!outcome.ok) return ok('A plain request on the socket gets no answer', outcome.problem.message);
  const { status } = outcome.answer;
  if (status === 200 && isPage(outcome.answer)) {
    return ok('A browser on the socket’s path gets a page', textOf(outcome.answer, 60));
  }
  return ok(`A plain request on the socket gets ${status}`);
}

async function wrongPath(probe: Probe, url: string): Promise<Finding> {
  const elsewhere = new URL('/kav-doctor-knows-no-such-path', url).href;
  if (!isOpened(await probe.upgrade(elsewhere))) return ok('An upgrade on another path is refused');
  return warn('An upgrade is taken on any path', {
    why: 'A wrong stream URL then opens a socket that leads nowhere, and strangers can open as many as they like.',
    remedy: 'Take upgrades on the media path alone, and answer 404 elsewhere.',
  });
}

async function unsigned(probe: Probe, url: string): Promise<Finding> {
  if (!isOpened(await probe.upgrade(url, { signed: false }))) return ok('An unsigned upgrade is refused');
  return ok('An unsigned upgrade is taken', 'a token in a <Parameter> must then tell calls from strangers');
}

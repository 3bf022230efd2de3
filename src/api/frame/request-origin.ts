/** From where a browser asks, and what it may keep here. */
import type { IncomingMessage } from 'node:http';
import type { ConsoleSurroundings } from '../../server/console-door.ts';
import { isAskedByHttps, ownPageOf } from '../../server/own-page.ts';

export interface RequestOrigin {
  /** `https://voice.example.com`, for links that are given to others. */
  readonly own: string;
  /**
   * Whether the page that asks is ours. `unknown` is a program, or a browser older than all that Kav is made for: neither
   * `Origin` nor `Sec-Fetch-Site` came.
   */
  readonly page: 'own' | 'foreign' | 'unknown';
  readonly isHttps: boolean;
  readonly isLoopback: boolean;
  /** The name of the session's cookie. */
  readonly cookie: string;
}

type Origins = Pick<ConsoleSurroundings, 'originOf' | 'requestedOriginOf'>;

export function readRequestOrigin(request: IncomingMessage, { originOf, requestedOriginOf }: Origins): RequestOrigin {
  const origins = { stated: originOf(request), requested: requestedOriginOf(request) };
  const { requested, stated } = origins;
  const host = (requested?.host ?? '').toLowerCase();
  const ownPage = ownPageOf(request, origins);
  const isLoopback = LOOPBACK.test(host);
  return {
    own: `${stated?.scheme ?? 'http'}://${stated?.host ?? 'localhost'}`,
    page: pageOf(request, ownPage !== undefined),
    isHttps: isAskedByHttps(origins) || ownPage?.protocol === 'https:',
    isLoopback,
    cookie: cookieName(host, isLoopback),
  };
}

const LOOPBACK = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/**
 * Browsers tie `__Host-` to https, most of them also on this machine, where there is none. Cookies do not tell ports
 * apart: without the port in its name, two servers on one machine would log each other out.
 */
function cookieName(host: string, isLoopback: boolean): string {
  return isLoopback ? `kav-local-${/:(\d+)$/.exec(host)?.[1] ?? '80'}` : '__Host-kav';
}

function pageOf({ headers }: IncomingMessage, isOwn: boolean): RequestOrigin['page'] {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'foreign';
  if (headers.origin !== undefined) return isOwn ? 'own' : 'foreign';
  return site === undefined ? 'unknown' : 'own';
}

/** Whether the page that a browser asks from is one of ours. */
import type { IncomingMessage } from 'node:http';
import type { PublicOrigin } from '../twilio/public-origin.ts';

/** Ours: as the server is configured, and as the request tells it. */
export interface OwnOrigins {
  readonly stated: PublicOrigin | undefined;
  readonly requested: PublicOrigin | undefined;
}

/** Where the page comes from, if from us. Browsers name it, and let no page choose what they say. */
export function ownPageOf(request: IncomingMessage, origins: OwnOrigins): URL | undefined {
  const page = pageOf(request);
  const { requested, stated } = origins;
  if (page === undefined) return undefined;
  if (stated !== undefined && page.origin === `${stated.scheme}://${stated.host.toLowerCase()}`) return page;
  const isHere = page.host === requested?.host.toLowerCase();
  // A proxy that is not trusted may end TLS before us; what never is right is a plain page for an encrypted server.
  return isHere && (page.protocol === 'https:' || !isAskedByHttps(origins)) ? page : undefined;
}

/** As far as the request itself tells, and those who are trusted to say so. */
export function isAskedByHttps({ requested, stated }: OwnOrigins): boolean {
  const isPublic = stated?.host.toLowerCase() === (requested?.host ?? '').toLowerCase();
  return requested?.scheme === 'https' || (isPublic && stated?.scheme === 'https');
}

function pageOf({ headers }: IncomingMessage): URL | undefined {
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.origin === origin.toLowerCase() ? url : undefined;
}

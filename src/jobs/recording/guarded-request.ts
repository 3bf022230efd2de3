import type { IncomingMessage } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { guardedLookup } from './guarded-lookup.ts';
import type { MediaSource } from './media-source.ts';

export interface GuardedRequest {
  readonly method: 'GET' | 'DELETE';
  /** One that the source allows. */
  readonly host: string;
  readonly path: string;
  /** The value of the header `Authorization`. */
  readonly authorization: string;
}

/** One request to an allowed address, whatever the host's name leads to. Follows nothing. */
export function guardedRequest(
  source: MediaSource,
  wanted: GuardedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // An agent of its own: a shared one may have a connection that was made without the guard, or go through a proxy.
  const agent = new Agent({
    keepAlive: false,
    lookup: guardedLookup(source.resolve, source.isAddress),
    ...(source.ca === undefined ? {} : { ca: source.ca }),
  });
  return new Promise((done, fail) => {
    const { method, host, path, authorization } = wanted;
    const headers = { authorization, accept: '*/*', 'accept-encoding': 'identity' };
    const options = { method, host, servername: host, port: source.port, path, agent, signal, headers };
    const request = requestHttps(options, done);
    request.on('error', fail);
    request.end();
  });
}

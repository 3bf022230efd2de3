/**
 * Where the world reaches this server. An origin is an object and not a string, so that a URL can only be made by
 * `httpUrl` and `wsUrl`: `wss://https://…` and `//` in a path cannot be written by accident.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { StateError } from '../core/errors.ts';

declare const checked: unique symbol;

export interface PublicOrigin {
  readonly scheme: 'https' | 'http';
  /** `name` or `name:port`, ASCII, in the letter case it was given in: Twilio may sign it as configured. */
  readonly host: string;
  readonly [checked]: true;
}

export type OriginResult =
  | { readonly ok: true; readonly origin: PublicOrigin }
  /** `problem` says in one line what is wrong, and goes behind the name of a setting. */
  | { readonly ok: false; readonly problem: string };

export type UrlPath = `/${string}`;
export type HttpUrl = `http://${string}` | `https://${string}`;
export type WsUrl = `wss://${string}`;

const SCHEME = /^(https?|wss?):\/+/i;

/**
 * Reads `https://host[:port]` or a bare `host[:port]` (then https). A scheme written twice, and a path, query or
 * fragment behind the host, are taken off: they are the usual slips in a setting.
 */
export function parsePublicOrigin(text: string): OriginResult {
  let rest = text.trim();
  let scheme: 'https' | 'http' | undefined;
  for (let match = SCHEME.exec(rest); match; match = SCHEME.exec(rest)) {
    scheme ??= /s$/i.test(match[1] ?? '') ? 'https' : 'http';
    rest = rest.slice(match[0].length);
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(rest)) return { ok: false, problem: 'the scheme is neither https nor http' };
  return createOrigin(scheme ?? 'https', rest.replace(/[/?#].*$/s, ''));
}

function createOrigin(scheme: 'https' | 'http', authority: string): OriginResult {
  const match = /^(.*?)(?::(\d{1,5}))?$/s.exec(authority);
  const host = toAscii(match?.[1] ?? '');
  const problem = findHostProblem(host) ?? findPortProblem(match?.[2]);
  if (problem !== undefined) return { ok: false, problem };
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  const isDefault = port === undefined || port === (scheme === 'https' ? 443 : 80);
  const origin = Object.freeze({ scheme, host: isDefault ? host : `${host}:${port}` });
  return { ok: true, origin: origin as PublicOrigin };
}

function toAscii(host: string): string {
  return /^[\x20-\x7e]*$/.test(host) ? host : domainToASCII(host) || host;
}

function findHostProblem(host: string): string | undefined {
  if (host === '') return 'there is no host name';
  if (host.includes('@')) return 'user name and password do not belong here';
  if (/[\s\\]/.test(host)) return 'the host name has a space or a backslash';
  if (host.startsWith('[') && host.endsWith(']') && isIPv6(host.slice(1, -1))) return undefined;
  if (isIPv4(host)) return undefined;
  // https://www.twilio.com/docs/voice/twiml: Twilio makes no request to a host with an underscore.
  if (host.includes('_')) return 'Twilio refuses host names with an underscore';
  const labels = host.split('.');
  const isName = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
  if (!isName || host.length > 253 || /^\d+$/.test(labels.at(-1) ?? '')) return 'this is not a host name';
  return undefined;
}

function findPortProblem(port: string | undefined): string | undefined {
  if (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) return undefined;
  return 'the port is not between 1 and 65535';
}

/** `path` may have a query. Throws `StateError` unless it starts with one `/` and has no `//`. */
export function httpUrl(origin: PublicOrigin, path: UrlPath): HttpUrl {
  const queryAt = path.indexOf('?');
  checkPath(queryAt < 0 ? path : path.slice(0, queryAt));
  if (/\s/.test(path)) throw new StateError(`a path with a blank: ${JSON.stringify(path)}`);
  return `${origin.scheme}://${origin.host}${path}`;
}

/**
 * Always `wss`, whatever the scheme of the origin: Twilio takes nothing else (31922). No query: Twilio drops it before
 * it asks (https://www.twilio.com/docs/voice/twiml/stream). Throws `StateError` for a path that is not one.
 */
export function wsUrl(origin: PublicOrigin, path: UrlPath): WsUrl {
  if (path.includes('?') || path.includes('#'))
    throw new StateError(`a stream URL takes no query or fragment: ${path}`);
  checkPath(path);
  return `wss://${origin.host}${path}`;
}

function checkPath(path: string): void {
  if (!/^\/[^\s\\]*$/.test(path) || path.includes('//')) {
    throw new StateError(`not a path with single slashes: ${JSON.stringify(path)}`);
  }
}

export interface RequestOriginHeaders {
  readonly forwardedProto: string | undefined;
  readonly forwardedHost: string | undefined;
  readonly host: string | undefined;
  /** The request comes from a proxy that the operator trusts; else the forwarded headers are a stranger's words. */
  readonly trusted: boolean;
  /** The connection itself is TLS. */
  readonly encrypted: boolean;
}

/**
 * The origin as the request tells it, for servers without a configured one. Behind several proxies the first value of
 * a forwarded header is the outermost. Undefined when no header holds a host.
 */
export function originFromRequest(headers: RequestOriginHeaders): PublicOrigin | undefined {
  const proto = headers.trusted ? firstValue(headers.forwardedProto)?.toLowerCase() : undefined;
  const isKnown = proto === 'https' || proto === 'http';
  const scheme = isKnown ? proto : headers.encrypted ? 'https' : 'http';
  const hosts = headers.trusted ? [firstValue(headers.forwardedHost), headers.host] : [headers.host];
  for (const host of hosts) {
    if (host === undefined || host === '') continue;
    const result = createOrigin(scheme, host);
    if (result.ok) return result.origin;
  }
  return undefined;
}

function firstValue(header: string | undefined): string | undefined {
  return header?.split(',', 1)[0]?.trim();
}

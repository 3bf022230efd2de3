/** What follows from the route table and is no part of it. */
import type { IncomingMessage } from 'node:http';
import { pathOf } from '../../server/routes.ts';
import { API_ROUTES, type ApiRouteName } from '../contract/contract.ts';
import type { ApiRoute } from '../contract/route.ts';

const KIB = 1_024;

/** Parsing stalls every call on this thread: a quarter of a mebibyte takes about a millisecond. */
const BODY_BYTES: Readonly<Partial<Record<ApiRouteName, number>>> = {
  'add-version': 256 * KIB,
  chat: 1_024 * KIB,
};
const USUAL_BYTES = 64 * KIB;
/** Whoever is not logged in yet has little to say. */
const ANONYMOUS_BYTES = 8 * KIB;
const CSV_BYTES = 2_048 * KIB;

export function bodyBytesOf(name: ApiRouteName, { body, role }: ApiRoute): number {
  if (body === 'csv') return CSV_BYTES;
  return BODY_BYTES[name] ?? (role === 'anonymous' ? ANONYMOUS_BYTES : USUAL_BYTES);
}

const PATTERNS = Object.values(API_ROUTES).map(({ method, path }: ApiRoute) => ({
  method,
  pattern: new RegExp(`^/api${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Of a path that the table knows by another method. */
export function allowedMethods(request: IncomingMessage): string | undefined {
  const path = pathOf(request);
  const methods = new Set(PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
  if (methods.size === 0) return undefined;
  return [...methods].map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
}

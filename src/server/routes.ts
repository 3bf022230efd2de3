import type { IncomingMessage } from 'node:http';

/**
 * Who may use a route:
 * - `open`: anyone, no effects.
 * - `signed`: Twilio's signature, else 403.
 * - `signed-effects`: always the same answer, effects only with Twilio's signature.
 * - `signed-upgrade`: a WebSocket whose upgrade Twilio signed; a plain request gets 426.
 */
export type Access = 'open' | 'signed' | 'signed-effects' | 'signed-upgrade';

interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: Access;
}

/** Every route there is. What is not here is a page of the console or a 404. */
export const ROUTES = [
  { name: 'incoming-call', method: 'POST', path: '/webhook/incoming_call', access: 'signed' },
  { name: 'incoming-call-preview', method: 'GET', path: '/webhook/incoming_call_preview', access: 'open' },
  { name: 'stream-status', method: 'POST', path: '/webhook/stream_status', access: 'signed-effects' },
  { name: 'stream-ended', method: 'POST', path: '/webhook/stream_ended', access: 'signed' },
  { name: 'recording-done', method: 'POST', path: '/webhook/recording_done', access: 'signed' },
  { name: 'media', method: 'GET', path: '/ws/twilio-media', access: 'signed-upgrade' },
  { name: 'media-slash', method: 'GET', path: '/ws/twilio-media/', access: 'signed-upgrade' },
  { name: 'healthz', method: 'GET', path: '/healthz', access: 'open' },
  { name: 'readyz', method: 'GET', path: '/readyz', access: 'open' },
  { name: 'version', method: 'GET', path: '/version', access: 'open' },
  { name: 'metrics', method: 'GET', path: '/metrics', access: 'open' },
  { name: 'page', method: 'GET', path: '/', access: 'open' },
] as const satisfies readonly Route[];

export type RouteName = (typeof ROUTES)[number]['name'];

/** The path as it was requested, without the query string. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split(/[?#]/, 1)[0]!;
}

/** The path of the media socket that is asked for, if it is one. */
export function mediaPath(request: IncomingMessage): (typeof ROUTES)[number]['path'] | undefined {
  const path = pathOf(request);
  return ROUTES.find((route) => route.path === path && route.access === 'signed-upgrade')?.path;
}

export function signatureOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-twilio-signature'];
  return typeof header === 'string' ? header : undefined;
}

export function allowedMethods(path: string): string | undefined {
  const methods = ROUTES.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length === 0) return undefined;
  return methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
}

/** A route of this table that is no page for people. */
export function isMachineRoute(path: string): boolean {
  return ROUTES.some((route) => route.path === path && route.name !== 'page');
}

const MACHINE_PREFIXES = ['ws', 'webhook', 'api', 'metrics'] as const;

/**
 * The machine-facing part that a path belongs to, if any: there, no page may ever answer. Written so that doubled
 * slashes, percent-encoding and capitals do not slip past.
 */
export function machinePrefix(path: string): (typeof MACHINE_PREFIXES)[number] | undefined {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const first = decoded
    .toLowerCase()
    .split(/[/\\]+/)
    .find((segment) => segment !== '');
  return MACHINE_PREFIXES.find((prefix) => prefix === first);
}

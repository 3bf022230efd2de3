/** Who may pass: the only place that decides so, from the route table. Whatever cannot be known is refused. */
import type { IncomingMessage } from 'node:http';
import type { Identity } from '../accounts/identity.ts';
import { csrfTokenOf, isSameText } from '../accounts/secrets.ts';
import { type ApiRoute, ROLES } from '../contract/route.ts';
import { ApiRefusal, type Caller } from '../handler.ts';
import { ANONYMOUS } from '../visit.ts';
import { readCookie } from './cookies.ts';
import type { RequestOrigin } from './request-origin.ts';

export interface Guest {
  readonly caller: Caller;
  readonly origin: RequestOrigin;
  /** What the cookie held, when its session is good. */
  readonly sessionSecret: string | undefined;
}

export interface Guard {
  /** Throws `ApiRefusal`, and `StoreError` when the store cannot tell who it is. */
  admit(route: ApiRoute, request: IncomingMessage, origin: RequestOrigin): Promise<Guest>;
}

export function createGuard(identity: Identity, tenant: string): Guard {
  const anonymous: Caller = { tenant, ...ANONYMOUS };

  const ofKey = async (route: ApiRoute, authorization: string): Promise<Caller> => {
    const secret = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    const caller = secret === undefined ? undefined : await identity.ofKey(secret);
    if (!caller) throw new ApiRefusal(401, 'key-unknown', 'This is not a key of this server.');
    if (!route.keys) throw new ApiRefusal(403, 'key-not-allowed', 'Keys are not for this route; log in as a person.');
    return caller;
  };

  return {
    admit: async (route, request, origin) => {
      const { authorization, cookie } = request.headers;
      // A key is sent by whoever has it on purpose: no page can make a browser send one.
      if (authorization !== undefined) {
        const caller = await ofKey(route, authorization);
        checkRole(route, caller);
        return { caller, origin, sessionSecret: undefined };
      }
      const isChange = route.method !== 'GET' || route.answer === 'socket';
      if (isChange) checkPage(origin);
      const secret = readCookie(cookie, origin.cookie);
      const caller = secret === undefined ? undefined : await identity.ofSession(secret);
      const guest = { caller: caller ?? anonymous, origin, sessionSecret: caller && secret };
      checkRole(route, guest.caller);
      if (isChange && route.role !== 'anonymous' && route.answer !== 'socket') checkCsrf(request, secret);
      return guest;
    },
  };
}

/** A page of another site may not ask for changes, nor a browser that hides which page asks. */
function checkPage({ page }: RequestOrigin): void {
  if (page !== 'own') throw new ApiRefusal(403, 'foreign-page', 'Only pages of this server may ask for this.');
}

function checkRole(route: ApiRoute, { role }: Caller): void {
  if (ROLES.indexOf(role) >= ROLES.indexOf(route.role)) return;
  if (role === 'anonymous') throw new ApiRefusal(401, 'not-logged-in', 'Log in first.');
  throw new ApiRefusal(403, 'role-too-low', `This needs the role ${route.role}.`);
}

function checkCsrf({ headers }: IncomingMessage, secret: string | undefined): void {
  const sent = headers['x-kav-csrf'];
  if (secret !== undefined && typeof sent === 'string' && isSameText(sent, csrfTokenOf(secret))) return;
  throw new ApiRefusal(403, 'csrf', 'The header X-Kav-Csrf does not hold what /api/session tells.');
}

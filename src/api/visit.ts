/** What the handlers of accounts need of the browser beyond what all handlers get. */

import type { API_ROUTES, ApiRouteName } from './contract/contract.ts';
import type { ApiRoute } from './contract/route.ts';
import type { Answer, ApiRequest, Caller } from './handler.ts';

export interface Visit {
  /** Of the browser, for the limits of those who guess; undefined when a trusted proxy does not tell. */
  readonly address: string | undefined;
  /** As the browser names itself. */
  readonly userAgent: string;
  /** `https://voice.example.com`: where links lead that are given to others. */
  readonly origin: string;
  /** Whether this browser would keep a session's cookie here: over https, or on this machine. */
  readonly keepsCookies: boolean;
  /** What the session's cookie holds. */
  readonly sessionSecret: string | undefined;
  /** Answers with a cookie of that secret; without one, with none any more. */
  setSession(secret: string | undefined): void;
}

export type VisitRequest<R extends ApiRoute> = ApiRequest<R> & { readonly visit: Visit };

/** What the frame takes for each route; `Handlers`, which look at no visit, are such as well. */
export type VisitHandlers<N extends ApiRouteName> = {
  readonly [K in N]: (request: VisitRequest<(typeof API_ROUTES)[K]>) => Promise<Answer<(typeof API_ROUTES)[K]>>;
};

export const ANONYMOUS: Pick<Caller, 'actor' | 'role' | 'userId' | 'sessionHash'> = {
  actor: 'anonymous',
  role: 'anonymous',
  userId: undefined,
  sessionHash: undefined,
};

/** Every route of the API. A route that is not here does not exist; a route that is here has a rule. */
import { accountRoutes } from './accounts.ts';
import { agentRoutes } from './agents.ts';
import { callRoutes } from './calls.ts';
import { homeRoutes } from './home.ts';
import { liveRoutes } from './live.ts';
import { peopleRoutes } from './people.ts';

export const API_ROUTES = {
  ...accountRoutes,
  ...liveRoutes,
  ...callRoutes,
  ...peopleRoutes,
  ...agentRoutes,
  ...homeRoutes,
} as const;

export type ApiRouteName = keyof typeof API_ROUTES;

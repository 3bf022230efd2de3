import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Shell } from './shell.tsx';
import { Broken, NotFound } from './stray.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken });

/** What the address says of the search for calls. */
export interface CallSearch {
  readonly text?: string;
  readonly agent?: string;
  readonly outcome?: 'completed' | 'abandoned' | 'none';
  readonly from?: string;
  readonly to?: string;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const dropEmpty = <T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;

function parseCallSearch(search: Record<string, unknown>): CallSearch {
  const outcome = (['completed', 'abandoned', 'none'] as const).find((known) => known === search['outcome']);
  const { agent, from, text, to } = search;
  return dropEmpty({ text: textOf(text), agent: textOf(agent), outcome, from: textOf(from), to: textOf(to) });
}

const parseTab = (search: Record<string, unknown>): { readonly tab?: string } =>
  dropEmpty({ tab: textOf(search['tab']) });
const toHome = (): never => {
  throw redirect({ to: '/' });
};

const getParentRoute = () => root;
const routes = [
  createRoute({ getParentRoute, path: '/', component: lazyRouteComponent(() => import('../pages/home/home.tsx')) }),
  createRoute({ getParentRoute, path: '/live', component: lazyRouteComponent(() => import('../pages/live/live.tsx')) }),
  createRoute({
    getParentRoute,
    path: '/live/$callSid',
    component: lazyRouteComponent(() => import('../pages/live/live-call.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/calls',
    validateSearch: parseCallSearch,
    component: lazyRouteComponent(() => import('../pages/calls/calls.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/calls/$callSid',
    component: lazyRouteComponent(() => import('../pages/call/call.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/people',
    component: lazyRouteComponent(() => import('../pages/people/contacts.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/people/contacts/$number',
    component: lazyRouteComponent(() => import('../pages/people/contact.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/people/leads',
    component: lazyRouteComponent(() => import('../pages/people/leads.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/people/appointments',
    component: lazyRouteComponent(() => import('../pages/people/appointments.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/people/callbacks',
    component: lazyRouteComponent(() => import('../pages/people/callbacks.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/agents',
    component: lazyRouteComponent(() => import('../pages/agents/agents.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/agents/$name',
    validateSearch: parseTab,
    component: lazyRouteComponent(() => import('../pages/agents/agent.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/guide',
    component: lazyRouteComponent(() => import('../pages/guide/guide.tsx')),
  }),
  createRoute({
    getParentRoute,
    path: '/settings',
    validateSearch: parseTab,
    component: lazyRouteComponent(() => import('../pages/settings/settings.tsx')),
  }),
  createRoute({ getParentRoute, path: '/setup', beforeLoad: toHome }),
  createRoute({ getParentRoute, path: '/invitation', beforeLoad: toHome }),
] as const;

export function createAppRouter() {
  return createRouter({ routeTree: root.addChildren(routes), defaultPreload: 'intent', scrollRestoration: false });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

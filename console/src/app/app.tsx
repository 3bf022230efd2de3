import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { createClient, Problem } from '../api/client.ts';
import { ApiContext } from '../api/hooks.ts';
import { LiveContext } from '../live/hooks.ts';
import { LiveFeed } from '../live/live-feed.ts';
import { NoticesProvider } from '../ui/notices.tsx';
import { ProblemNote } from '../ui/page.tsx';
import { routesTouchedBy } from './news.ts';
import { createAppRouter } from './router.tsx';
import { HereProvider, useSession } from './session.tsx';

const Door = lazy(() => import('../pages/door/door.tsx'));

function createParts() {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) =>
          failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
      },
    },
  });
  const onLoggedOut = (): void => void queries.invalidateQueries({ queryKey: ['session'] });
  const feed = new LiveFeed({
    onLoggedOut,
    onNews: ({ hasGap, topics }) => {
      const touched = hasGap ? undefined : routesTouchedBy(topics.map(({ topic }) => topic));
      queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'session' && (!touched || touched.has(String(queryKey[0]))),
      });
    },
  });
  return { queries, feed, api: createClient(onLoggedOut), router: createAppRouter() };
}

export function App(): ReactNode {
  const [{ api, feed, queries, router }] = useState(createParts);
  return (
    <ApiContext value={api}>
      <LiveContext value={feed}>
        <QueryClientProvider client={queries}>
          <NoticesProvider>
            <Inside feed={feed} router={router} />
          </NoticesProvider>
        </QueryClientProvider>
      </LiveContext>
    </ApiContext>
  );
}

interface InsideProps {
  readonly feed: LiveFeed;
  readonly router: ReturnType<typeof createAppRouter>;
}

/** The console for whoever is logged in, the door for everybody else; the address stays as it is. */
function Inside({ feed, router }: InsideProps): ReactNode {
  const { data: session, error, refetch } = useSession();
  const isIn = Boolean(session?.account);
  useEffect(() => {
    if (!isIn) return;
    feed.open();
    return () => feed.close();
  }, [feed, isIn]);
  if (!session) {
    return error ? (
      <main className="mx-auto mt-24 max-w-md px-4">
        <ProblemNote error={error} onRetry={() => refetch()} />
      </main>
    ) : null;
  }
  if (!isIn) {
    return (
      <Suspense>
        <Door session={session} />
      </Suspense>
    );
  }
  return (
    <HereProvider session={session}>
      <RouterProvider router={router} />
    </HereProvider>
  );
}

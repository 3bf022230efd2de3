import { Link, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.tsx';
import { useConnection, useLiveIds } from '../live/hooks.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { AccountMenu, MoreMenu } from './menus.tsx';
import { useHere } from './session.tsx';
import { TheLine } from './the-line.tsx';
import { Wordmark } from './wordmark.tsx';

type Place = 'home' | 'live' | 'calls' | 'people' | 'agents' | 'guide' | 'settings';
const PATHS = {
  home: '/',
  live: '/live',
  calls: '/calls',
  people: '/people',
  agents: '/agents',
  guide: '/guide',
  settings: '/settings',
} as const satisfies Record<Place, string>;
const ALWAYS: readonly Place[] = ['home', 'live', 'calls', 'people'];

export function Shell(): ReactNode {
  const words = useWords();
  const { may } = useHere();
  const rest: readonly Place[] = may('operator') ? ['agents', 'guide', 'settings'] : ['agents', 'settings'];
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[12.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="fixed start-3 -top-20 z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:top-3"
      >
        {words.common.skip}
      </a>
      <header className="sticky top-0 z-30 flex items-center justify-between border-b border-line bg-surface px-4 py-1.5 md:hidden">
        <Wordmark />
        <AccountMenu compact />
      </header>
      <aside className="sticky top-0 hidden h-dvh flex-col border-e border-line bg-surface px-3 py-4 md:flex">
        <div className="px-2 pb-5">
          <Wordmark />
        </div>
        <nav aria-label={words.nav.label} className="grid grid-cols-1 gap-0.5">
          {[...ALWAYS, ...rest].map((place) => (
            <RailLink key={place} place={place} />
          ))}
        </nav>
        <div className="mt-auto">
          <ConnectionNote />
          <AccountMenu />
        </div>
      </aside>
      <div className="flex min-w-0 flex-col pb-16 md:pb-0">
        <TheLine />
        <main id="content" tabIndex={-1} className="min-w-0 grow outline-none">
          <Outlet />
        </main>
      </div>
      <nav
        aria-label={words.nav.label}
        className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
      >
        {ALWAYS.map((place) => (
          <BarLink key={place} place={place} />
        ))}
        <MoreMenu places={rest.map((place) => ({ place, to: PATHS[place], label: words.nav[place] }))} />
      </nav>
    </div>
  );
}

function RailLink({ place }: { readonly place: Place }): ReactNode {
  const words = useWords();
  return (
    <Link
      to={PATHS[place]}
      activeOptions={{ exact: place === 'home' }}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2 font-medium text-ink-2 transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-ink"
    >
      <Icon name={place satisfies IconName} size={18} />
      {words.nav[place]}
      {place === 'live' && <LiveCount />}
    </Link>
  );
}

function BarLink({ place }: { readonly place: Place }): ReactNode {
  const words = useWords();
  return (
    <Link
      to={PATHS[place]}
      activeOptions={{ exact: place === 'home' }}
      className="relative grid justify-items-center gap-0.5 py-1.5 text-2xs font-medium text-ink-2 aria-[current=page]:text-accent"
    >
      <Icon name={place} size={20} />
      {words.nav[place]}
      {place === 'live' && (
        <span className="absolute top-0.5 ms-9">
          <LiveCount />
        </span>
      )}
    </Link>
  );
}

function LiveCount(): ReactNode {
  const words = useWords();
  const count = useLiveIds().length;
  if (count === 0) return null;
  return (
    <span className="tabular ms-auto rounded-full bg-speaking-soft px-1.5 text-2xs leading-5 font-semibold text-speaking">
      <span aria-hidden="true">{count}</span>
      <span className="sr-only">{words.nav.liveNow(count)}</span>
    </span>
  );
}

function ConnectionNote(): ReactNode {
  const words = useWords();
  const connection = useConnection();
  return (
    <div role="status" className="px-2 pb-2 text-xs text-thinking">
      {connection === 'lost' ? words.nav.lost : ''}
    </div>
  );
}

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../../language/language.tsx';

const TABS = {
  contacts: '/people',
  leads: '/people/leads',
  appointments: '/people/appointments',
  callbacks: '/people/callbacks',
} as const;

export function PeopleTabs(): ReactNode {
  const { people } = useWords();
  return (
    <nav aria-label={people.title} className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
      {(Object.keys(TABS) as (keyof typeof TABS)[]).map((tab) => (
        <Link
          key={tab}
          to={TABS[tab]}
          activeOptions={{ exact: true }}
          className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium whitespace-nowrap text-ink-2 -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
        >
          {people.tabs[tab]}
        </Link>
      ))}
    </nav>
  );
}

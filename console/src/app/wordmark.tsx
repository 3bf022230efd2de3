import type { ReactNode } from 'react';

export function Wordmark(): ReactNode {
  return (
    <span className="inline-flex items-center gap-2 text-accent" dir="ltr">
      <svg viewBox="0 0 44 24" width="44" height="24" aria-hidden="true">
        <path
          d="M1 13h11l3.5-9 5.5 17 4-12 2.5 4H43"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span className="text-lg font-semibold tracking-tight text-ink">Kav</span>
    </span>
  );
}

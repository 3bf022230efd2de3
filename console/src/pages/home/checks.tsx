import type { ReactNode } from 'react';
import type { HomeCheck } from '../../../../src/api/contract/home.ts';
import { useRead } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Loaded, Section } from '../../ui/page.tsx';

const TONE = { ok: 'good', warn: 'wait', fail: 'bad', skipped: 'plain' } as const satisfies Record<
  HomeCheck['verdict'],
  Tone
>;
const ORDER = ['fail', 'warn', 'skipped', 'ok'] as const;

/** What is configured and what is missing: the worst first, what is fine folded away. */
export function Checks(): ReactNode {
  const { home } = useWords();
  const query = useRead('read-checks', {});
  return (
    <Section title={home.checks}>
      <Loaded query={query}>
        {({ checks }) => {
          const sorted = checks.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
          const fine = sorted.filter(({ verdict }) => verdict === 'ok' || verdict === 'skipped');
          const amiss = sorted.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
          return (
            <div className="grid grid-cols-1 gap-3">
              {amiss.length === 0 && <p className="text-speaking">{home.allWell}</p>}
              <List checks={amiss} />
              {fine.length > 0 && (
                <details>
                  <summary className="text-xs text-ink-3">{home.showFine(fine.length)}</summary>
                  <div className="mt-2">
                    <List checks={fine} />
                  </div>
                </details>
              )}
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}

function List({ checks }: { readonly checks: readonly HomeCheck[] }): ReactNode {
  const { home } = useWords();
  return (
    <ul className="grid grid-cols-1 gap-2.5" dir="ltr">
      {checks.map(({ id, remedy, seen, title, verdict, why }) => (
        <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-0.5">
          <span className="text-sm font-medium">{title}</span>
          <span>
            <Badge tone={TONE[verdict]}>
              <bdi>{home.verdicts[verdict]}</bdi>
            </Badge>
          </span>
          {(seen ?? why) && <p className="col-span-2 text-xs break-words text-ink-3">{seen ?? why}</p>}
          {remedy && (verdict === 'fail' || verdict === 'warn') && (
            <p className="col-span-2 text-xs text-ink-2">{remedy}</p>
          )}
        </li>
      ))}
    </ul>
  );
}

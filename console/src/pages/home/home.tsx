import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Home as HomeAnswer } from '../../../../src/api/contract/home.ts';
import { useRead } from '../../api/hooks.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { useLiveIds } from '../../live/hooks.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loaded, Page, Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { Checks } from './checks.tsx';
import { Latency } from './latency.tsx';

const HourChart = lazy(() => import('./hour-chart.tsx'));
const ANEW_MS = 15_000;

export default function Home(): ReactNode {
  const words = useWords();
  const format = useFormat();
  const query = useRead('read-home', {}, { refetchInterval: ANEW_MS });
  return (
    <Page title={words.home.title} lead={query.data && <Ltr>{format.day(query.data.at)}</Ltr>}>
      <Loaded query={query}>
        {(home) => (
          <div className="grid grid-cols-1 gap-4">
            <Figures home={home} />
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
              <div className="grid grid-cols-1 gap-4">
                <Section title={words.home.byHour}>
                  <Suspense fallback={<div className="h-44" />}>
                    <HourChart byHour={home.today.byHour} />
                  </Suspense>
                </Section>
                <Latency latency={home.latency} />
                <Errors errors={home.errors} />
              </div>
              <div className="grid grid-cols-1 gap-4">
                <Checks />
                <Spend spend={home.spend} />
                <Nodes nodes={home.nodes} />
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Figures({ home: { today } }: { readonly home: HomeAnswer }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const live = useLiveIds().length;
  const share = today.calls > 0 ? format.percent(today.answered / today.calls) : words.common.none;
  return (
    <dl className="panel grid grid-cols-2 divide-line sm:grid-cols-3 lg:grid-cols-6 lg:divide-x">
      <Figure to="/live" name={words.home.live} value={format.number(live)} strong={live > 0} />
      <Figure to="/calls" name={words.home.calls} value={format.number(today.calls)} />
      <Figure to="/calls" name={words.home.answered} value={share} />
      <Figure to="/calls" name={words.home.refused} value={format.number(today.refused)} bad={today.refused > 0} />
      <Figure to="/people/leads" name={words.home.leads} value={format.number(today.leads)} />
      <Figure
        to="/people/callbacks"
        name={words.home.callbacks}
        value={format.number(today.callbacksDue)}
        strong={today.callbacksDue > 0}
      />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly to: '/live' | '/calls' | '/people/leads' | '/people/callbacks';
  readonly strong?: boolean;
  readonly bad?: boolean;
}

function Figure({ bad = false, name, strong = false, to, value }: FigureProps): ReactNode {
  return (
    <div className="relative px-4 py-3 hover:bg-sunken">
      <dt className="text-xs text-ink-3">
        <Link to={to} className="after:absolute after:inset-0">
          {name}
        </Link>
      </dt>
      <dd className={`text-2xl font-semibold ${bad ? 'text-bad' : strong ? 'text-accent' : ''}`}>
        <Ltr>{value}</Ltr>
      </dd>
    </div>
  );
}

function Errors({ errors }: { readonly errors: HomeAnswer['errors'] }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  return (
    <Section title={home.errors}>
      {errors.length === 0 && <p className="text-ink-3">{home.noErrors}</p>}
      <ul className="grid grid-cols-1 gap-1.5">
        {errors.map(({ code, count, source, title }) => (
          <li key={`${source}-${code}`} className="grid grid-cols-[minmax(0,1fr)_auto] gap-3" dir="ltr">
            <span>
              <span className="font-mono text-xs text-ink-3">
                {source} {code}
              </span>{' '}
              {title}
            </span>
            <Ltr className="font-medium text-bad">{format.number(count)}</Ltr>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Spend({ spend }: { readonly spend: HomeAnswer['spend'] }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  return (
    <Section title={home.spend}>
      {spend ? (
        <dl className="flex gap-8">
          {(
            [
              [home.spendToday, spend.today],
              [home.spendMonth, spend.month],
            ] as const
          ).map(([name, amount]) => (
            <div key={name}>
              <dt className="text-xs text-ink-3">{name}</dt>
              <dd className="text-xl font-semibold">
                <Ltr>{format.money(amount, spend.currency)}</Ltr>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className="text-ink-3">{home.noPrices}</p>
      )}
    </Section>
  );
}

function Nodes({ nodes }: { readonly nodes: HomeAnswer['nodes'] }): ReactNode {
  const words = useWords();
  return (
    <Section title={words.home.nodes}>
      <ul className="grid grid-cols-1 gap-1.5 text-sm">
        {nodes.map(({ calls, isAlive, isDraining, node, version }) => (
          <li key={node} className="flex items-center gap-2">
            <Ltr className="min-w-0 truncate">
              {node} {version && <span className="text-ink-3">{version}</span>}
            </Ltr>
            <span className="ms-auto flex shrink-0 items-center gap-2">
              <span className="text-xs text-ink-3">{words.nav.liveNow(calls)}</span>
              <Badge tone={isDraining ? 'wait' : isAlive ? 'good' : 'bad'}>
                {isDraining ? words.home.draining : isAlive ? words.home.alive : words.home.dead}
              </Badge>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

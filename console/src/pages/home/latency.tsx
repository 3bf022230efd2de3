import type { ReactNode } from 'react';
import type { Home } from '../../../../src/api/contract/home.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Section } from '../../ui/page.tsx';
import { Scrolling } from '../../ui/scrolling.tsx';
import { Ltr } from '../../ui/text.tsx';

const NAMES = ['answer', 'stt', 'brain', 'tts'] as const;

/** The middle, the slow tenth and the slowest hundredth of each part, on one scale. */
export function Latency({ latency }: { readonly latency: Home['latency'] }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  const known = NAMES.flatMap((name) => (latency[name] ? [{ name, ...latency[name] }] : []));
  const most = Math.max(1, ...known.map(({ p99 }) => p99));
  return (
    <Section title={home.latency}>
      {known.length === 0 && <p className="text-ink-3">{home.noLatency}</p>}
      {known.length > 0 && (
        <Scrolling label={home.latency}>
          <table className="w-full min-w-96 text-sm">
            <thead>
              <tr className="label-caps">
                <th scope="col" className="text-start font-semibold">
                  <span className="sr-only">{home.latency}</span>
                </th>
                <td className="w-2/5" />
                {['p50', 'p90', 'p99'].map((name) => (
                  <th key={name} scope="col" className="text-end font-semibold">
                    {name}
                  </th>
                ))}
                <th scope="col" className="text-end font-semibold">
                  {home.measured}
                </th>
              </tr>
            </thead>
            <tbody>
              {known.map(({ count, name, p50, p90, p99 }) => (
                <tr key={name} className="border-t border-line">
                  <th scope="row" className="py-1.5 pe-3 text-start font-medium">
                    {home.latencies[name]}
                  </th>
                  <td aria-hidden="true" className="pe-2">
                    <div dir="ltr" className="relative h-2.5 rounded-full bg-sunken">
                      <Part to={p99 / most} className="bg-accent opacity-25" />
                      <Part to={p90 / most} className="bg-accent opacity-40" />
                      <Part to={p50 / most} className="bg-accent" />
                    </div>
                  </td>
                  {[p50, p90, p99].map((ms, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the three columns never move
                    <td key={i} className="text-end whitespace-nowrap">
                      <Ltr>{format.latency(ms)}</Ltr>
                    </td>
                  ))}
                  <td className="text-end text-ink-3">
                    <Ltr>{format.number(count)}</Ltr>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </Section>
  );
}

function Part({ className, to }: { readonly to: number; readonly className: string }): ReactNode {
  return <div className={`absolute inset-y-0 left-0 rounded-full ${className}`} style={{ width: `${to * 100}%` }} />;
}

import 'uplot/dist/uPlot.min.css';
import { type ReactNode, useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { useWords } from '../../language/language.tsx';

interface Props {
  readonly byHour: readonly number[];
}

const HEIGHT = 176;

/** Bars of 24 hours; the same numbers stand in a table for those who do not see them. */
export default function HourChart({ byHour }: Props): ReactNode {
  const { home } = useWords();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    let chart = draw(element, byHour);
    const again = (): void => {
      chart.destroy();
      chart = draw(element, byHour);
    };
    const size = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    const theme = new MutationObserver(again);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      size.disconnect();
      theme.disconnect();
      chart.destroy();
    };
  }, [byHour]);
  return (
    <div>
      <div ref={place} dir="ltr" aria-hidden="true" className="h-44" />
      <table className="sr-only">
        <caption>{home.byHour}</caption>
        <thead>
          <tr>
            <th scope="col">{home.hour}</th>
            <th scope="col">{home.calls}</th>
          </tr>
        </thead>
        <tbody>
          {byHour.map((calls, hour) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the hour is the key
            <tr key={hour}>
              <td>{hour}</td>
              <td>{calls}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function draw(element: HTMLElement, byHour: readonly number[]): UPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name);
  const axis = {
    stroke: color('--ink-3'),
    font: `11px ${style.fontFamily}`,
    ticks: { show: false },
    grid: { stroke: color('--line'), width: 1 },
  };
  return new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 4, 0, 0],
      scales: { x: { time: false, range: [-0.6, 23.6] }, y: { range: (_chart, _low, high) => [0, Math.max(4, high)] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 22,
          splits: [0, 3, 6, 9, 12, 15, 18, 21],
          values: (_c, hours) => hours.map((h) => `${h}:00`),
        },
        { ...axis, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] },
      ],
      series: [
        {},
        {
          fill: color('--accent'),
          stroke: color('--accent'),
          width: 0,
          points: { show: false },
          ...(UPlot.paths.bars ? { paths: UPlot.paths.bars({ size: [0.62, 36], radius: 0.18 }) } : {}),
        },
      ],
    },
    [byHour.map((_, hour) => hour), [...byHour]],
    element,
  );
}

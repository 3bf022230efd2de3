import { type ReactNode, useEffect, useRef, useState } from 'react';

interface Props {
  readonly ids: readonly string[];
  readonly rowHeight: number;
  readonly children: (id: string) => ReactNode;
}

const AROUND = 8;

/** Rows of one height in the page's own scroll: only those in sight, and a few around them, are there. */
export function VirtualList({ children, ids, rowHeight }: Props): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  const [sight, setSight] = useState({ from: 0, to: 40 });
  useEffect(() => {
    const look = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / rowHeight) - AROUND);
      const to = Math.ceil((innerHeight - top) / rowHeight) + AROUND;
      setSight((seen) => (seen.from === from && seen.to === to ? seen : { from, to }));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rowHeight]);
  return (
    <ul ref={list} className="relative" style={{ height: ids.length * rowHeight }}>
      {ids.slice(sight.from, sight.to).map((id, i) => (
        <li
          key={id}
          aria-setsize={ids.length}
          aria-posinset={sight.from + i + 1}
          className="absolute inset-x-0"
          style={{ height: rowHeight, transform: `translateY(${(sight.from + i) * rowHeight}px)` }}
        >
          {children(id)}
        </li>
      ))}
    </ul>
  );
}

import { createContext, type ReactNode, use, useCallback, useState } from 'react';
import { Icon } from './icon.tsx';
import { useProblemText } from './page.tsx';

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
}

interface Notices {
  readonly tell: (text: string) => void;
  readonly complain: (error: unknown) => void;
}

const NoticesContext = createContext<Notices | undefined>(undefined);
const SHOWN_MS = 6_000;

export const useNotices = (): Notices => use(NoticesContext)!;

export function NoticesProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const textOf = useProblemText();
  const add = useCallback((text: string, isBad: boolean) => {
    const notice = { id: performance.now(), text, isBad };
    setNotices((shown) => [...shown.slice(-3), notice]);
    setTimeout(() => setNotices((shown) => shown.filter(({ id }) => id !== notice.id)), SHOWN_MS);
  }, []);
  const value = { tell: (text: string) => add(text, false), complain: (error: unknown) => add(textOf(error), true) };
  return (
    <NoticesContext value={value}>
      {children}
      <div
        aria-live="polite"
        className="fixed inset-x-3 bottom-16 z-60 mx-auto grid grid-cols-1 max-w-sm gap-2 md:bottom-4"
      >
        {notices.map(({ id, isBad, text }) => (
          <div
            key={id}
            className={`flex items-center gap-2 rounded-md border bg-raised px-3 py-2 shadow-lift ${isBad ? 'border-bad text-bad' : 'border-line text-ink'}`}
          >
            <Icon name={isBad ? 'warn' : 'check'} />
            {text}
          </div>
        ))}
      </div>
    </NoticesContext>
  );
}

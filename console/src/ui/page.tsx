import { type ReactNode, useEffect } from 'react';
import { Problem } from '../api/client.ts';
import { useWords } from '../language/language.tsx';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ actions, children, lead, title }: PageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Kav`;
  }, [title]);
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-5 md:px-7 md:py-6">
      <header className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {lead && <div className="text-ink-2">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Section({ actions, children, className = '', title }: SectionProps): ReactNode {
  return (
    <section className={`panel min-w-0 px-4 pt-2.5 pb-4 ${className}`}>
      <div className="mb-1.5 flex min-h-8 items-center justify-between gap-3">
        <h2 className="text-sm font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

export function Empty({ children, title }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="grid place-items-center gap-1 px-4 py-12 text-center">
      <svg viewBox="0 0 120 24" width="120" height="24" aria-hidden="true" className="mb-2 text-line-strong">
        <path d="M0 12h44l6-7 8 14 6-9 4 2h52" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
      <p className="font-medium text-ink-2">{title}</p>
      {children && <div className="max-w-md text-ink-3">{children}</div>}
    </div>
  );
}

/** What a refusal means, in the user's language. */
export function useProblemText(): (error: unknown) => string {
  const words = useWords();
  return (error) => {
    const code = error instanceof Problem ? error.code : 'unexpected';
    return (words.problems as Readonly<Record<string, string>>)[code] ?? words.problems.unexpected;
  };
}

export function ProblemNote({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
  const words = useWords();
  const textOf = useProblemText();
  if (!error) return null;
  return (
    <div role="alert" className="flex items-center gap-2 rounded-md bg-bad-soft px-3 py-2 text-bad">
      <Icon name="warn" />
      <span className="grow">{textOf(error)}</span>
      {onRetry && (
        <Button small onClick={onRetry}>
          {words.common.retry}
        </Button>
      )}
    </div>
  );
}

interface LoadedProps<T> {
  readonly query: { readonly data: T | undefined; readonly error: unknown; readonly refetch: () => unknown };
  readonly children: (data: T) => ReactNode;
}

/** What was read, or that it is being read, or why it could not be. */
export function Loaded<T>({ children, query }: LoadedProps<T>): ReactNode {
  const words = useWords();
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemNote error={query.error} onRetry={() => query.refetch()} />;
  return (
    <div className="py-10 text-center text-ink-3" role="status">
      {words.common.loading}
    </div>
  );
}

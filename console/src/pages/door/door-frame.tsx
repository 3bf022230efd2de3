import { type ReactNode, useEffect } from 'react';
import { Wordmark } from '../../app/wordmark.tsx';
import { LANGUAGES, type Language, useLanguage } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';

interface FrameProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}

export function DoorFrame({ children, lead, title }: FrameProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Kav`;
  }, [title]);
  return (
    <div className="grid grid-cols-1 min-h-dvh grid-rows-[auto_1fr] px-4">
      <header className="flex items-center justify-between py-4 md:px-4">
        <Wordmark />
        <LanguageChoice />
      </header>
      <main className="mx-auto w-full max-w-sm pt-[8dvh] pb-12">
        <svg viewBox="0 0 384 40" aria-hidden="true" className="mb-8 w-full text-accent">
          <path
            d="M0 20h150l10-14 14 30 16-34 14 26 8-8h172"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinejoin="round"
          />
        </svg>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1 mb-6 text-ink-2">{lead}</p>
        {children}
      </main>
    </div>
  );
}

function LanguageChoice(): ReactNode {
  const { choose, language, words } = useLanguage();
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{words.common.language}</legend>
      {(Object.keys(LANGUAGES) as Language[]).map((key) => (
        <Button key={key} look="quiet" small lang={key} aria-pressed={key === language} onClick={() => choose(key)}>
          <span className={key === language ? 'text-ink underline underline-offset-4' : ''}>{LANGUAGES[key]}</span>
        </Button>
      ))}
    </fieldset>
  );
}

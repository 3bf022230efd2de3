import { Direction } from 'radix-ui';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { createFormat, type Format } from './format.ts';
import type { Words } from './words/en.ts';

export const LANGUAGES = { en: 'English', he: 'עברית' } as const;
export type Language = keyof typeof LANGUAGES;

interface Spoken {
  readonly language: Language;
  readonly direction: 'rtl' | 'ltr';
  readonly words: Words;
  readonly format: Format;
  readonly choose: (language: Language) => void;
}

const LanguageContext = createContext<Spoken | undefined>(undefined);
const KEY = 'kav.language';

/** The words of one language only are loaded. */
export async function loadWords(language: Language): Promise<Words> {
  return language === 'he' ? (await import('./words/he.ts')).he : (await import('./words/en.ts')).en;
}

/** As the user chose, else the first of the browser's languages that there is. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'en' || chosen === 'he') return chosen;
  const known = navigator.languages.map((tag) => new Intl.Locale(tag).language).find((tag) => tag in LANGUAGES);
  return (known as Language | undefined) ?? 'en';
}

interface Props {
  readonly first: { readonly language: Language; readonly words: Words };
  readonly children: ReactNode;
}

export function LanguageProvider({ children, first }: Props): ReactNode {
  const [{ language, words }, setSpoken] = useState(first);
  const direction = language === 'he' ? 'rtl' : 'ltr';
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = direction;
  }, [language, direction]);
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      direction,
      words,
      format: createFormat(language === 'he' ? 'he-IL' : navigatorEnglish()),
      choose: (next) => {
        localStorage.setItem(KEY, next);
        loadWords(next).then((loaded) => setSpoken({ language: next, words: loaded }));
      },
    }),
    [language, direction, words],
  );
  return (
    <LanguageContext value={spoken}>
      <Direction.Provider dir={direction}>{children}</Direction.Provider>
    </LanguageContext>
  );
}

const navigatorEnglish = (): string => navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en-GB';

export const useLanguage = (): Spoken => use(LanguageContext)!;
export const useWords = (): Words => useLanguage().words;
export const useFormat = (): Format => useLanguage().format;

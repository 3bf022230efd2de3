import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { preferredTheme, showTheme } from './app/theme.ts';
import { LanguageProvider, loadWords, preferredLanguage } from './language/language.tsx';

showTheme(preferredTheme());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => showTheme(preferredTheme()));

const language = preferredLanguage();
const words = await loadWords(language);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LanguageProvider first={{ language, words }}>
      <App />
    </LanguageProvider>
  </StrictMode>,
);

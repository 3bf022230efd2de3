import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { LANGUAGES, type Language, useLanguage } from '../language/language.tsx';
import { Icon } from '../ui/icon.tsx';
import { Popover } from '../ui/popover.tsx';
import { useEnter, useHere } from './session.tsx';
import { chooseTheme, preferredTheme } from './theme.ts';

const ITEM =
  'flex min-h-9 w-full items-center gap-2.5 rounded-md px-2.5 text-start hover:bg-sunken aria-pressed:font-semibold';

export function AccountMenu({ compact = false }: { readonly compact?: boolean }): ReactNode {
  const { words } = useLanguage();
  const { account } = useHere();
  const initial = (account.name ?? account.email).trim().slice(0, 1).toUpperCase();
  return (
    <Popover
      side={compact ? 'bottom' : 'top'}
      triggerClass="flex min-h-9 items-center gap-2 rounded-md px-1.5 text-start hover:bg-sunken md:w-full"
      trigger={
        <>
          <span className="sr-only">{words.nav.account}: </span>
          <span
            aria-hidden="true"
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
          >
            {initial}
          </span>
          {compact ? (
            <bdi className="sr-only">{account.email}</bdi>
          ) : (
            <span className="min-w-0 grow">
              <bdi className="block truncate text-sm font-medium">{account.name ?? account.email}</bdi>
              <span className="block text-2xs text-ink-3">{words.settings.roles[account.role]}</span>
            </span>
          )}
        </>
      }
    >
      {(close) => <AccountChoices close={close} />}
    </Popover>
  );
}

function AccountChoices({ close }: { readonly close: () => void }): ReactNode {
  const { choose, language, words } = useLanguage();
  const enter = useEnter();
  const logOut = useChange('logout');
  const [theme, setTheme] = useState(preferredTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <>
      {(Object.keys(LANGUAGES) as Language[]).map((key) => (
        <button
          key={key}
          type="button"
          lang={key}
          aria-pressed={key === language}
          className={ITEM}
          onClick={() => {
            choose(key);
            close();
          }}
        >
          <span className="grid size-4 place-items-center">{key === language && <Icon name="check" />}</span>
          {LANGUAGES[key]}
        </button>
      ))}
      <hr className="my-1 border-line" />
      <button
        type="button"
        className={ITEM}
        onClick={() => {
          chooseTheme(other);
          setTheme(other);
        }}
      >
        <Icon name={other} />
        {other === 'dark' ? words.nav.toDark : words.nav.toLight}
      </button>
      <button type="button" className={ITEM} onClick={() => logOut.mutate({}, { onSettled: () => enter(undefined) })}>
        <Icon name="out" turns />
        {words.nav.logOut}
      </button>
    </>
  );
}

interface MoreProps {
  readonly places: readonly {
    readonly place: string;
    readonly to: '/agents' | '/guide' | '/settings' | '/' | '/live' | '/calls' | '/people';
    readonly label: string;
  }[];
}

export function MoreMenu({ places }: MoreProps): ReactNode {
  const { words } = useLanguage();
  return (
    <Popover
      side="top"
      triggerClass="grid justify-items-center gap-0.5 py-1.5 text-2xs font-medium text-ink-2"
      trigger={
        <>
          <Icon name="more" size={20} />
          {words.nav.more}
        </>
      }
    >
      {(close) =>
        places.map(({ label, place, to }) => (
          <Link key={place} to={to} className={ITEM} onClick={close}>
            {label}
          </Link>
        ))
      }
    </Popover>
  );
}

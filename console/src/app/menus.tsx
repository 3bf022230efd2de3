import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu as Menu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { LANGUAGES, type Language, useLanguage } from '../language/language.tsx';
import { Icon } from '../ui/icon.tsx';
import { useEnter, useHere } from './session.tsx';
import { chooseTheme, preferredTheme } from './theme.ts';

const CONTENT = 'z-50 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-lift';
const ITEM =
  'flex min-h-8 items-center gap-2.5 rounded-md px-2.5 outline-none select-none data-highlighted:bg-sunken data-[state=checked]:font-semibold';

export function AccountMenu({ compact = false }: { readonly compact?: boolean }): ReactNode {
  const { choose, language, words } = useLanguage();
  const { account } = useHere();
  const enter = useEnter();
  const logOut = useChange('logout');
  const [theme, setTheme] = useState(preferredTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="flex min-h-9 items-center gap-2 rounded-md px-1.5 text-start hover:bg-sunken md:w-full">
        <span className="sr-only">{words.nav.account}: </span>
        <span
          aria-hidden="true"
          className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
        >
          {(account.name ?? account.email).trim().slice(0, 1).toUpperCase()}
        </span>
        {compact ? (
          <bdi className="sr-only">{account.email}</bdi>
        ) : (
          <span className="min-w-0 grow">
            <bdi className="block truncate text-sm font-medium">{account.name ?? account.email}</bdi>
            <span className="block text-2xs text-ink-3">{words.settings.roles[account.role]}</span>
          </span>
        )}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className={CONTENT} align="end" side={compact ? 'bottom' : 'top'} sideOffset={6}>
          <Menu.RadioGroup
            value={language}
            onValueChange={(next) => choose(next as Language)}
            aria-label={words.common.language}
          >
            {(Object.keys(LANGUAGES) as Language[]).map((key) => (
              <Menu.RadioItem key={key} value={key} className={ITEM} lang={key}>
                <span className="grid size-4 place-items-center">{key === language && <Icon name="check" />}</span>
                {LANGUAGES[key]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Separator className="my-1 h-px bg-line" />
          <Menu.Item
            className={ITEM}
            onSelect={() => {
              chooseTheme(other);
              setTheme(other);
            }}
          >
            <Icon name={other} />
            {other === 'dark' ? words.nav.toDark : words.nav.toLight}
          </Menu.Item>
          <Menu.Item className={ITEM} onSelect={() => logOut.mutate({}, { onSettled: () => enter(undefined) })}>
            <Icon name="out" turns />
            {words.nav.logOut}
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
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
  const navigate = useNavigate();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="grid justify-items-center gap-0.5 py-1.5 text-2xs font-medium text-ink-2">
        <Icon name="more" size={20} />
        {words.nav.more}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className={CONTENT} align="end" side="top" sideOffset={8}>
          {places.map(({ label, place, to }) => (
            <Menu.Item key={place} className={ITEM} onSelect={() => navigate({ to })}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

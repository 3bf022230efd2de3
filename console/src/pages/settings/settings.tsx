import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { AuditLog } from './audit-log.tsx';
import { Erasures } from './erasures.tsx';
import { Keys } from './keys.tsx';
import { OwnAccount } from './own-account.tsx';
import { Users } from './users.tsx';

const OWNER_TABS = ['account', 'users', 'keys', 'audit', 'privacy'] as const;
type Tab = (typeof OWNER_TABS)[number];

const PARTS: Readonly<Record<Tab, () => ReactNode>> = {
  account: OwnAccount,
  users: Users,
  keys: Keys,
  audit: AuditLog,
  privacy: Erasures,
};

export default function Settings(): ReactNode {
  const { settings } = useWords();
  const { may } = useHere();
  const navigate = useNavigate();
  const { tab: wanted } = useSearch({ from: '/settings' });
  const names: readonly Tab[] = may('owner') ? OWNER_TABS : ['account'];
  const tab = names.find((name) => name === wanted) ?? 'account';
  const Part = PARTS[tab];
  return (
    <Page title={settings.title}>
      <Tabs
        label={settings.title}
        tabs={Object.fromEntries(names.map((name) => [name, settings.tabs[name]]))}
        tab={tab}
        onTab={(next: Tab) => navigate({ to: '/settings', search: { tab: next } })}
      >
        <Part />
      </Tabs>
    </Page>
  );
}

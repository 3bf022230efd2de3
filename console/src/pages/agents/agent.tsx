import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useRead } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Loaded, Page, Section } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Ltr } from '../../ui/text.tsx';
import { Providers } from './agents.tsx';
import { Chat } from './chat.tsx';
import { Phone } from './phone.tsx';
import { VersionChoice } from './version-choice.tsx';
import { Versions } from './versions.tsx';

const OPERATOR_TABS = ['phone', 'chat', 'versions', 'file'] as const;
type Tab = (typeof OPERATOR_TABS)[number];

export default function AgentPage(): ReactNode {
  const { name } = useParams({ from: '/agents/$name' });
  const { tab: wanted } = useSearch({ from: '/agents/$name' });
  const navigate = useNavigate();
  const { agents } = useWords();
  const { may } = useHere();
  const query = useRead('read-agent', { params: { name } });
  const [version, setVersion] = useState<number>();
  const names: readonly Tab[] = may('operator') ? OPERATOR_TABS : ['versions', 'file'];
  const tab = names.find((known) => known === wanted) ?? names[0]!;
  const go = (next: Tab): void => void navigate({ to: '/agents/$name', params: { name }, search: { tab: next } });
  const tryVersion = (next: number): void => {
    setVersion(next);
    go('chat');
  };
  return (
    <Page
      title={name}
      lead={
        <Link to="/agents" className="text-accent hover:underline">
          {agents.back}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ agent, file, versions }) => (
          <>
            <div className="mb-4">
              <Providers agent={agent} />
            </div>
            <Tabs
              label={name}
              tabs={Object.fromEntries(names.map((each) => [each, agents.tabs[each]]))}
              tab={tab}
              onTab={go}
            >
              {(tab === 'phone' || tab === 'chat') && (
                <VersionChoice versions={versions} version={version} onVersion={setVersion} />
              )}
              {tab === 'phone' && <Phone key={version ?? 'now'} name={name} version={version} />}
              {tab === 'chat' && <Chat key={version ?? 'now'} name={name} version={version} />}
              {tab === 'versions' && <Versions name={name} versions={versions} onTry={tryVersion} />}
              {tab === 'file' && (
                <Section title={file.path}>
                  <pre
                    dir="ltr"
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
                    tabIndex={0}
                    className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5"
                  >
                    <Ltr>{file.text}</Ltr>
                  </pre>
                </Section>
              )}
            </Tabs>
          </>
        )}
      </Loaded>
    </Page>
  );
}

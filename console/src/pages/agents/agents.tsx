import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AgentItem } from '../../../../src/api/contract/agents.ts';
import { useRead } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';

export default function Agents(): ReactNode {
  const { agents } = useWords();
  const query = useRead('list-agents', {});
  return (
    <Page title={agents.title}>
      <Loaded query={query}>
        {({ agents: items }) =>
          items.length === 0 ? (
            <Empty title={agents.none} />
          ) : (
            <ul className="grid grid-cols-1 gap-3 md:grid-cols-2">
              {items.map((agent) => (
                <AgentCard key={agent.name} agent={agent} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

function AgentCard({ agent }: { readonly agent: AgentItem }): ReactNode {
  const { agents } = useWords();
  return (
    <li className="panel relative p-4 hover:border-line-strong">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-semibold">
          <Link to="/agents/$name" params={{ name: agent.name }} search={{}} className="after:absolute after:inset-0">
            <bdi>{agent.name}</bdi>
          </Link>
        </h2>
        <Badge>
          <Ltr>{agent.language}</Ltr>
        </Badge>
        <span className="ms-auto text-xs text-ink-3">
          {agent.published === null ? agents.file : agents.published(agent.published)}
        </span>
      </div>
      <Providers agent={agent} />
      <p className="mt-2 text-xs text-ink-3">
        {agent.tools.length === 0
          ? agents.noTools
          : `${agents.tools}: ${agent.tools.map(({ name }) => name).join(', ')}`}
      </p>
    </li>
  );
}

export function Providers({ agent }: { readonly agent: AgentItem }): ReactNode {
  const { agents } = useWords();
  return (
    <div className="mt-2 grid grid-cols-1 gap-2">
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {(['stt', 'brain', 'tts'] as const).map((part) => (
          <div key={part}>
            <dt className="text-2xs text-ink-3">{agents[part]}</dt>
            <dd>
              <Ltr>{agent.providers[part]}</Ltr>
            </dd>
          </div>
        ))}
      </dl>
      {agent.remarks.map((remark) => (
        <p key={remark} dir="auto" className="border-s-2 border-thinking ps-2 text-xs text-ink-2">
          {remark}
        </p>
      ))}
    </div>
  );
}

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { SetupStep } from '../../../../src/api/contract/home.ts';
import { useChange, useRead } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Loaded, Page } from '../../ui/page.tsx';

const TONE = { done: 'good', open: 'plain', failed: 'bad', unknown: 'plain' } as const satisfies Record<
  SetupStep['state'],
  Tone
>;

export default function Guide(): ReactNode {
  const { guide } = useWords();
  const query = useRead('read-setup', {});
  const agents = useRead('list-agents', {});
  const agent = agents.data?.agents[0]?.name;
  return (
    <Page title={guide.title} lead={guide.lead}>
      <Loaded query={query}>
        {({ steps }) => (
          <div className="max-w-3xl">
            <p className="mb-3 text-sm font-medium" role="status">
              {guide.progress(steps.filter(({ state }) => state === 'done').length, steps.length)}
            </p>
            <ol className="panel divide-y divide-line">
              {steps.map((step, i) => (
                <Step key={step.step} step={step} number={i + 1} />
              ))}
            </ol>
            {agent && (
              <p className="mt-4 text-ink-2">
                {guide.noNumber}{' '}
                <Link
                  to="/agents/$name"
                  params={{ name: agent }}
                  search={{ tab: 'phone' }}
                  className="text-accent underline underline-offset-4"
                >
                  {guide.toPhone}
                </Link>
              </p>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Step({ number, step }: { readonly step: SetupStep; readonly number: number }): ReactNode {
  const { guide } = useWords();
  const notices = useNotices();
  const verify = useChange('verify-step', ['read-setup']);
  const { text, title } = guide.steps[step.step];
  const isDone = step.state === 'done';
  return (
    <li className="grid grid-cols-[2rem_minmax(0,1fr)] gap-x-3 p-4">
      <span
        className={`grid size-7 place-items-center rounded-full text-sm font-semibold ${isDone ? 'bg-speaking-soft text-speaking' : 'bg-sunken text-ink-2'}`}
      >
        {isDone ? <Icon name="check" /> : number}
      </span>
      <div className="grid grid-cols-1 gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="text-base font-semibold">{title}</h2>
          <Badge tone={TONE[step.state]}>{guide.states[step.state]}</Badge>
          <Button
            small
            className="ms-auto"
            busy={verify.isPending}
            onClick={() => verify.mutate({ body: { step: step.step } }, { onError: notices.complain })}
          >
            {guide.verify}
          </Button>
        </div>
        <p className="text-ink-2">{text}</p>
        {step.values.map(({ name, value }) => (
          <div key={name}>
            <div className="mb-0.5 text-xs text-ink-3" dir="ltr">
              {name}
            </div>
            <Copyable text={value} />
          </div>
        ))}
        {step.seen && (
          <p className="text-xs text-ink-3">
            {guide.seen}: <bdi dir="ltr">{step.seen}</bdi>
          </p>
        )}
        {step.remedy && !isDone && (
          <p className="text-xs text-ink-2">
            {guide.remedy}: <bdi dir="ltr">{step.remedy}</bdi>
          </p>
        )}
      </div>
    </li>
  );
}

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallItem } from '../../../src/api/contract/calls.ts';
import { useFormat, useWords } from '../language/language.tsx';
import { Badge, type Tone } from './badge.tsx';
import { Icon } from './icon.tsx';
import { Excerpt, Ltr, Spoken, Who } from './text.tsx';

const GRID = '@4xl:grid @4xl:grid-cols-[7.5rem_10.5rem_7rem_3.5rem_minmax(0,1fr)_auto] @4xl:items-center @4xl:gap-4';
const TONE = { completed: 'good', abandoned: 'wait' } as const satisfies Record<string, Tone>;

/** Calls as lines that open their pages. */
export function CallRows({ calls }: { readonly calls: readonly CallItem[] }): ReactNode {
  const { columns } = useWords().calls;
  return (
    <div className="panel @container overflow-hidden">
      <div aria-hidden="true" className={`hidden border-b border-line bg-sunken px-4 py-1.5 label-caps ${GRID}`}>
        <span>{columns.when}</span>
        <span>{columns.caller}</span>
        <span>{columns.agent}</span>
        <span>{columns.length}</span>
        <span>{columns.about}</span>
      </div>
      <ul className="divide-y divide-line">
        {calls.map((call) => (
          <li key={call.callSid}>
            <Row call={call} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ call }: { readonly call: CallItem }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { agent, callSid, contactName, durationMs, excerpt, from, hasRecording, openedAt, outcome, state, summary } =
    call;
  return (
    <Link
      to="/calls/$callSid"
      params={{ callSid }}
      className={`flex min-h-11 flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2 -outline-offset-2 hover:bg-sunken ${GRID}`}
    >
      <Ltr className="order-3 ms-auto text-ink-2 @4xl:order-none @4xl:ms-0">{format.when(openedAt)}</Ltr>
      <span className="min-w-0 truncate font-medium">
        <Who name={contactName} number={from} none={words.common.unknownNumber} />
      </span>
      <span className="hidden truncate text-ink-2 @4xl:block">{agent}</span>
      <Ltr className="text-ink-2">{durationMs === null ? words.common.none : format.length(durationMs)}</Ltr>
      <span className="order-last line-clamp-2 min-w-0 basis-full text-ink-2 @4xl:order-none @4xl:line-clamp-1">
        {excerpt ? <Excerpt text={excerpt} /> : summary && <Spoken text={summary} />}
      </span>
      <span className="flex items-center gap-1.5 justify-self-end">
        {state !== 'ended' && <Badge tone="info">{words.calls.goesOn}</Badge>}
        {outcome && <Badge tone={TONE[outcome]}>{words.calls.outcomes[outcome]}</Badge>}
        {hasRecording && (
          <span className="text-ink-3">
            <Icon name="record" size={14} />
            <span className="sr-only">{words.calls.recorded}</span>
          </span>
        )}
      </span>
    </Link>
  );
}

import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { LiveCall } from '../../../../src/api/contract/live.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { useLiveCall, useTranscript } from '../../live/hooks.ts';
import { Badge, FloorBadge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { Ticking } from '../../ui/ticking.tsx';
import { Listen } from './listen.tsx';
import { StepIn } from './step-in.tsx';
import { TranscriptView } from './transcript-view.tsx';

export default function LiveCallPage(): ReactNode {
  const { callSid } = useParams({ from: '/live/$callSid' });
  return <Watched key={callSid} callSid={callSid} />;
}

function Watched({ callSid }: { readonly callSid: string }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { may } = useHere();
  const now = useLiveCall(callSid);
  const call = useLast(now);
  const transcript = useTranscript(callSid);
  const [showsDecisions, setShowsDecisions] = useState(true);
  const caller = call ? (call.from ? format.phone(call.from) : words.common.unknownNumber) : words.live.title;
  return (
    <Page
      title={caller}
      lead={
        <span className="flex flex-wrap items-center gap-2">
          <Link to="/live" className="text-accent hover:underline">
            {words.live.back}
          </Link>
          {now && <FloorBadge state={now.state} />}
          {now?.takenOverBy && <Badge tone="own">{words.live.takenOverBy(now.takenOverBy)}</Badge>}
          {now && <Ticking since={now.startedAt} />}
        </span>
      }
    >
      {!now && call && <Over callSid={callSid} />}
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Section
          title={words.live.transcript}
          className="self-start"
          actions={
            <label className="flex items-center gap-2 text-xs text-ink-2">
              <input
                type="checkbox"
                className="size-4 accent-(--accent)"
                checked={showsDecisions}
                onChange={(event) => setShowsDecisions(event.target.checked)}
              />
              {words.live.decisions}
            </label>
          }
        >
          <TranscriptView transcript={transcript} showsDecisions={showsDecisions} />
        </Section>
        <div className="grid grid-cols-1 content-start gap-4 lg:sticky lg:top-4 lg:self-start">
          {now && may('operator') && <Listen callSid={callSid} />}
          {now && may('operator') && <StepIn call={now} />}
          {call && <Facts call={call} />}
        </div>
      </div>
    </Page>
  );
}

/** A call that has ended is still shown as it was last seen. */
function useLast(call: LiveCall | undefined): LiveCall | undefined {
  const last = useRef(call);
  if (call) last.current = call;
  return last.current;
}

function Over({ callSid }: { readonly callSid: string }): ReactNode {
  const words = useWords();
  return (
    <div role="status" className="mb-4 flex items-center gap-3 rounded-md bg-sunken px-4 py-2.5">
      <Icon name="hang-up" />
      {words.live.over}
      <Link to="/calls/$callSid" params={{ callSid }} className="font-medium text-accent underline underline-offset-4">
        {words.live.toCall}
      </Link>
    </div>
  );
}

function Facts({ call }: { readonly call: LiveCall }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { columns } = words.live;
  const rows: readonly (readonly [string, ReactNode])[] = [
    [columns.agent, call.agent],
    [words.live.language, <Ltr key="l">{call.language}</Ltr>],
    [
      columns.latency,
      call.latencyMs === null ? words.common.none : <Ltr key="m">{format.latency(call.latencyMs)}</Ltr>,
    ],
    [words.live.recording, words.live.recordings[call.recording]],
    [words.call.called, <Ltr key="t">{format.phone(call.to)}</Ltr>],
    [
      words.live.node,
      <Ltr key="n" className="break-all">
        {call.node}
      </Ltr>,
    ],
  ];
  return (
    <Section title={words.live.callInfo}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="text-end">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

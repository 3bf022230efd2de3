import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallPage } from '../../../../src/api/contract/calls.ts';
import { useApi, useRead } from '../../api/hooks.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Loaded, Page, Section } from '../../ui/page.tsx';
import { Ltr, Who } from '../../ui/text.tsx';
import { Cost, Facts, Streams } from './facts.tsx';
import { usePlayhead } from './playhead.ts';
import { Share } from './share.tsx';
import { Talk } from './talk.tsx';
import { Timeline } from './timeline.tsx';
import { Causes, Why } from './why.tsx';

export default function CallRecord(): ReactNode {
  const { callSid } = useParams({ from: '/calls/$callSid' });
  const words = useWords();
  const query = useRead('read-call', { params: { callSid } });
  if (query.data) return <Record key={callSid} page={query.data} />;
  return (
    <Page title={words.calls.title}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Record({ page }: { readonly page: CallPage }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const api = useApi();
  const { call } = page;
  const params = { callSid: call.callSid };
  const isOver = call.state === 'ended';
  const [hasStory, hasPeaks] = [page.hasJournal && isOver, page.recording !== null && isOver];
  const storyRead = useRead('read-story', { params }, { enabled: hasStory });
  const peaksRead = useRead('read-peaks', { params }, { enabled: hasPeaks });
  // A read that is not wanted any more still holds what it has read: of a redacted call that must not be seen.
  const [story, peaks] = [hasStory ? storyRead.data : undefined, hasPeaks ? peaksRead.data : undefined];
  const durationMs = page.recording?.durationMs ?? story?.durationMs ?? lengthOfTalk(page);
  const playhead = usePlayhead(durationMs, page.recording && isOver ? api.url('read-audio', { params }) : undefined);
  const title = call.contactName ?? (call.from ? format.phone(call.from) : words.common.unknownNumber);
  return (
    <Page
      title={title}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link to="/calls" className="text-accent hover:underline">
            {words.call.back}
          </Link>
          {call.contactName && <Who number={call.from} none={words.common.unknownNumber} />}
          <Ltr>{format.when(call.openedAt)}</Ltr>
          {call.durationMs !== null && <Ltr>{format.length(call.durationMs)}</Ltr>}
          {call.outcome && (
            <Badge tone={call.outcome === 'completed' ? 'good' : 'wait'}>{words.calls.outcomes[call.outcome]}</Badge>
          )}
          {!isOver && (
            <Link to="/live/$callSid" params={params} className="text-accent underline underline-offset-4">
              {words.call.watch}
            </Link>
          )}
        </span>
      }
    >
      {playhead && (
        <>
          <Timeline playhead={playhead} turns={page.turns} story={story} peaks={peaks} />
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
            <div className="grid grid-cols-1 min-w-0 gap-4">
              <Talk page={page} playhead={playhead} />
            </div>
            <div className="grid grid-cols-1 min-w-0 gap-4">
              {story && <Why story={story} playhead={playhead} />}
              {story && <Causes story={story} playhead={playhead} />}
              {!page.hasJournal && (
                <Section title={words.call.why}>
                  <p className="text-ink-3">{words.call.noJournal}</p>
                </Section>
              )}
              <Facts page={page} />
              <Cost cost={page.cost} />
              <Share page={page} />
              <Streams streams={page.streams} />
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

const lengthOfTalk = ({ call, turns }: CallPage): number =>
  Math.max(call.durationMs ?? 0, ...turns.map(({ toMs }) => toMs), 1_000);

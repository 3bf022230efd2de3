import { Link } from '@tanstack/react-router';
import { memo, type ReactNode, useMemo, useState } from 'react';
import { useFormat, useWords } from '../../language/language.tsx';
import { useConnection, useLive, useLiveCall, useLiveIds } from '../../live/hooks.ts';
import { Badge, FloorBadge } from '../../ui/badge.tsx';
import { Field } from '../../ui/field.tsx';
import { Empty, Page } from '../../ui/page.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';
import { Ticking } from '../../ui/ticking.tsx';
import { useIsWide } from '../../ui/use-is-wide.ts';
import { VirtualList } from '../../ui/virtual-list.tsx';

const GRID = 'md:grid md:grid-cols-[6.5rem_10rem_8rem_minmax(0,1fr)_5rem_4rem] md:items-center md:gap-4';

export default function Live(): ReactNode {
  const words = useWords();
  const ids = useLiveIds();
  const connection = useConnection();
  const [filter, setFilter] = useState('');
  const shown = useFiltered(ids, filter);
  const isWide = useIsWide();
  return (
    <Page
      title={words.live.title}
      lead={
        connection === 'connecting' ? words.nav.connecting : ids.length > 0 ? words.nav.liveNow(ids.length) : undefined
      }
      actions={
        ids.length > 5 && (
          <Field
            label={words.live.filter}
            quiet
            type="search"
            dir="auto"
            placeholder={words.live.filter}
            className="w-72"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        )
      }
    >
      {ids.length === 0 && connection !== 'connecting' ? (
        <Empty title={words.live.none}>{words.live.noneMore}</Empty>
      ) : (
        <div className="panel overflow-hidden">
          <Head />
          <VirtualList ids={shown} rowHeight={isWide ? 44 : 78}>
            {(callSid) => <Row callSid={callSid} />}
          </VirtualList>
        </div>
      )}
    </Page>
  );
}

/** Looked up when the list or the filter changes; a row that stops matching meanwhile stays until then. */
function useFiltered(ids: readonly string[], filter: string): readonly string[] {
  const feed = useLive();
  return useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    if (wanted === '') return ids;
    return ids.filter((callSid) => {
      const call = feed.call(callSid);
      return (
        call && `${call.from} ${call.to} ${call.agent} ${call.lastWords?.text ?? ''}`.toLowerCase().includes(wanted)
      );
    });
  }, [feed, ids, filter]);
}

function Head(): ReactNode {
  const { columns } = useWords().live;
  return (
    <div aria-hidden="true" className={`hidden border-b border-line bg-sunken px-4 py-1.5 label-caps ${GRID}`}>
      <span>{columns.state}</span>
      <span>{columns.caller}</span>
      <span>{columns.agent}</span>
      <span>{columns.words}</span>
      <span className="text-end">{columns.latency}</span>
      <span className="text-end">{columns.duration}</span>
    </div>
  );
}

const Row = memo(function Row({ callSid }: { readonly callSid: string }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const call = useLiveCall(callSid);
  if (!call) return null;
  const { agent, from, lastWords, latencyMs, startedAt, state, takenOverBy } = call;
  return (
    <Link
      to="/live/$callSid"
      params={{ callSid }}
      className={`flex h-full flex-wrap content-center items-center gap-x-3 border-b border-line px-4 -outline-offset-2 hover:bg-sunken ${GRID}`}
    >
      <span>{takenOverBy ? <Badge tone="own">{words.live.who.operator}</Badge> : <FloorBadge state={state} />}</span>
      <Ltr className="font-medium">{from ? format.phone(from) : words.common.unknownNumber}</Ltr>
      <span className="hidden truncate text-ink-2 md:block">{agent}</span>
      <span className="order-last min-w-0 basis-full truncate text-ink-2 md:order-none">
        {lastWords && (
          <>
            <span className={`me-1.5 text-2xs font-semibold ${VOICE[lastWords.who]}`}>
              {words.live.who[lastWords.who]}
            </span>
            <Spoken text={lastWords.text} />
          </>
        )}
      </span>
      <span className="hidden text-end text-ink-2 md:block">
        <Ltr>{latencyMs === null ? words.common.none : format.latency(latencyMs)}</Ltr>
      </span>
      <span className="ms-auto text-end md:ms-0">
        <Ticking since={startedAt} />
      </span>
    </Link>
  );
});

const VOICE = { caller: 'text-caller', agent: 'text-agent', operator: 'text-operator' } as const;

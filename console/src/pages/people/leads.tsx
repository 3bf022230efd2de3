import {
  type DragEvent,
  type KeyboardEvent,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { Lead, Stage } from '../../../../src/api/contract/people.ts';
import { useChange, useRead, useReadPages } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useLanguage, useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { More } from '../../ui/more.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { Csv } from './csv.tsx';
import { LeadCard } from './lead-card.tsx';
import { LeadDialog } from './lead-dialog.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { StagesDialog } from './stages-dialog.tsx';

const LEAD_TYPE = 'application/x-kav-lead';

export default function Leads(): ReactNode {
  const words = useWords();
  const { people } = words;
  const { may } = useHere();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim());
  const stages = useRead('list-stages', {});
  const query = useReadPages('list-leads', { limit: 200, ...(wanted === '' ? {} : { text: wanted }) });
  const [openLead, setOpenLead] = useState<string>();
  const [editsStages, setEditsStages] = useState(false);
  const leads = (query.data?.items ?? []) as readonly Lead[];
  const known = stages.data?.stages ?? [];
  return (
    <Page title={people.title} actions={<Csv what="leads" />}>
      <PeopleTabs />
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <Field
          label={people.searchLeads}
          quiet
          type="search"
          dir="auto"
          placeholder={people.searchLeads}
          maxLength={200}
          className="w-full max-w-sm"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {may('operator') && <span className="text-xs text-ink-3">{people.boardHelp}</span>}
        {may('owner') && (
          <Button small look="quiet" className="ms-auto" onClick={() => setEditsStages(true)}>
            {people.editStages}
          </Button>
        )}
      </div>
      <Loaded query={stages}>
        {() =>
          leads.length === 0 && !query.isLoading ? (
            <Empty title={people.noLeads} />
          ) : (
            <Board leads={leads} stages={known} onOpen={setOpenLead} />
          )
        }
      </Loaded>
      <More query={query} />
      <LeadDialog
        lead={leads.find(({ leadId }) => leadId === openLead)}
        stages={known}
        onClose={() => setOpenLead(undefined)}
      />
      {editsStages && <StagesDialog stages={known} onClose={() => setEditsStages(false)} />}
    </Page>
  );
}

interface BoardProps {
  readonly leads: readonly Lead[];
  readonly stages: readonly Stage[];
  readonly onOpen: (leadId: string) => void;
}

function Board({ leads, onOpen, stages }: BoardProps): ReactNode {
  const { people } = useWords();
  const notices = useNotices();
  const { may } = useHere();
  const change = useChange('change-lead', ['list-leads', 'list-callbacks', 'read-home']);
  /** Where a lead is shown until the server has said so, too. */
  const [moving, setMoving] = useState<{ readonly leadId: string; readonly stage: string }>();
  const [said, setSaid] = useState('');
  const stageOf = (lead: Lead): string => (moving?.leadId === lead.leadId ? moving.stage : lead.stage);
  const move = (lead: Lead, stage: Stage): void => {
    if (stageOf(lead) === stage.stage || !may('operator')) return;
    setMoving({ leadId: lead.leadId, stage: stage.stage });
    setSaid(people.moved(lead.name ?? people.unnamed, stage.label));
    change.mutate(
      { params: { leadId: lead.leadId }, body: { stage: stage.stage } },
      { onError: notices.complain, onSettled: () => setMoving(undefined) },
    );
  };
  return (
    <>
      <div className="grid snap-x auto-cols-[minmax(15.5rem,1fr)] grid-flow-col gap-3 overflow-x-auto pb-3">
        {stages.map((stage, i) => (
          <Column
            key={stage.stage}
            stage={stage}
            neighbours={[stages[i - 1], stages[i + 1]]}
            leads={leads.filter((lead) => stageOf(lead) === stage.stage)}
            all={leads}
            moved={moving?.leadId}
            onMove={move}
            onOpen={onOpen}
          />
        ))}
      </div>
      <div role="status" className="sr-only">
        {said}
      </div>
    </>
  );
}

interface ColumnProps {
  readonly stage: Stage;
  readonly neighbours: readonly [before: Stage | undefined, after: Stage | undefined];
  readonly leads: readonly Lead[];
  readonly all: readonly Lead[];
  readonly moved: string | undefined;
  readonly onMove: (lead: Lead, stage: Stage) => void;
  readonly onOpen: (leadId: string) => void;
}

const KIND = { open: 'border-listening', won: 'border-speaking', lost: 'border-line-strong' } as const;

function Column({ all, leads, moved, neighbours, onMove, onOpen, stage }: ColumnProps): ReactNode {
  const { direction } = useLanguage();
  const [isOver, setIsOver] = useState(false);
  const focus = useRef<HTMLButtonElement>(null);
  const holdsMoved = leads.some(({ leadId }) => leadId === moved);
  useEffect(() => {
    if (holdsMoved) focus.current?.focus();
  }, [holdsMoved]);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    const lead = all.find(({ leadId }) => leadId === event.dataTransfer.getData(LEAD_TYPE));
    if (lead) onMove(lead, stage);
  };
  const onKey = (event: KeyboardEvent, lead: Lead): void => {
    if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    const isForward = (event.key === 'ArrowRight') === (direction === 'ltr');
    const target = neighbours[isForward ? 1 : 0];
    if (target) onMove(lead, target);
  };
  return (
    <section
      aria-label={stage.label}
      className={`flex max-h-[70dvh] snap-start flex-col rounded-lg border-t-2 bg-sunken ${KIND[stage.kind]} ${isOver ? 'outline-2 outline-(--focus)' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
    >
      <h2 className="flex items-baseline justify-between px-3 py-2 text-sm font-semibold">
        <bdi>{stage.label}</bdi>
        <Ltr className="text-xs font-normal text-ink-3">{leads.length}</Ltr>
      </h2>
      <ul className="grid grid-cols-1 min-h-16 content-start gap-2 overflow-y-auto px-2 pb-2">
        {leads.map((lead) => (
          <li key={lead.leadId}>
            <LeadCard
              lead={lead}
              {...(lead.leadId === moved ? { ref: focus } : {})}
              draggable
              onDragStart={(event) => event.dataTransfer.setData(LEAD_TYPE, lead.leadId)}
              onKeyDown={(event) => onKey(event, lead)}
              onOpen={() => onOpen(lead.leadId)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

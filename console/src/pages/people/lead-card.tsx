import type { KeyboardEvent, ReactNode, Ref } from 'react';
import type { Lead, Stage } from '../../../../src/api/contract/people.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';

interface Props {
  readonly lead: Lead;
  readonly stage?: Stage | undefined;
  readonly onOpen: () => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLButtonElement>) => void;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly draggable?: boolean;
  readonly onDragStart?: (event: React.DragEvent<HTMLButtonElement>) => void;
}

export function LeadCard({ lead, onOpen, stage, ...rest }: Props): ReactNode {
  const { people } = useWords();
  const format = useFormat();
  const about = lead.note ?? Object.values(lead.slots).join(' · ');
  const isDue = lead.callBackAt !== null && Date.parse(lead.callBackAt) <= Date.now();
  return (
    <button
      type="button"
      onClick={onOpen}
      className="grid grid-cols-1 w-full gap-1 rounded-md border border-line bg-raised p-2.5 text-start transition-shadow hover:border-line-strong hover:shadow-lift"
      {...rest}
    >
      <span className="flex items-baseline justify-between gap-2">
        <bdi className="truncate font-medium">{lead.name ?? people.unnamed}</bdi>
        <Ltr className="shrink-0 text-2xs text-ink-3">{format.when(lead.createdAt)}</Ltr>
      </span>
      {(lead.phone ?? lead.contactNumber) && (
        <Ltr className="text-xs text-ink-2">{format.phone(lead.phone ?? lead.contactNumber ?? '')}</Ltr>
      )}
      {about !== '' && (
        <span className="line-clamp-2 text-xs text-ink-3">
          <Spoken text={about} />
        </span>
      )}
      <span className="flex flex-wrap gap-1 empty:hidden">
        {stage && <Badge tone={stage.kind === 'won' ? 'good' : 'plain'}>{stage.label}</Badge>}
        {lead.status === 'abandoned' && <Badge tone="wait">{people.leadStatuses.abandoned}</Badge>}
        {lead.callBackAt && (
          <Badge tone={isDue ? 'bad' : 'info'}>
            {isDue && `${people.due} `}
            <Ltr>{format.when(lead.callBackAt)}</Ltr>
          </Badge>
        )}
      </span>
    </button>
  );
}

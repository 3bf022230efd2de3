import { type ReactNode, useState } from 'react';
import type { Lead } from '../../../../src/api/contract/people.ts';
import { useChange, useRead, useReadPages } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';
import { LeadDialog } from './lead-dialog.tsx';
import { PeopleTabs } from './people-tabs.tsx';

export default function Callbacks(): ReactNode {
  const { people } = useWords();
  const query = useReadPages('list-callbacks', { limit: 200 });
  const stages = useRead('list-stages', {}).data?.stages ?? [];
  const [openLead, setOpenLead] = useState<string>();
  const leads = (query.data?.items ?? []) as readonly Lead[];
  return (
    <Page title={people.title}>
      <PeopleTabs />
      <Loaded query={query}>
        {() =>
          leads.length === 0 ? (
            <Empty title={people.noCallbacks} />
          ) : (
            <ul className="panel divide-y divide-line">
              {leads.map((lead) => (
                <Row key={lead.leadId} lead={lead} onOpen={() => setOpenLead(lead.leadId)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <LeadDialog
        lead={leads.find(({ leadId }) => leadId === openLead)}
        stages={stages}
        onClose={() => setOpenLead(undefined)}
      />
    </Page>
  );
}

function Row({ lead, onOpen }: { readonly lead: Lead; readonly onOpen: () => void }): ReactNode {
  const { people } = useWords();
  const format = useFormat();
  const notices = useNotices();
  const { may } = useHere();
  const change = useChange('change-lead', ['list-callbacks', 'list-leads', 'read-home']);
  const phone = lead.phone ?? lead.contactNumber;
  const isDue = lead.callBackAt !== null && Date.parse(lead.callBackAt) <= Date.now();
  const about = lead.note ?? Object.values(lead.slots).join(' · ');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <span className="w-36">
        {lead.callBackAt ? (
          <Ltr className="font-medium">{format.when(lead.callBackAt)}</Ltr>
        ) : (
          <span className="text-ink-3">{people.noTime}</span>
        )}{' '}
        {isDue && <Badge tone="bad">{people.due}</Badge>}
      </span>
      <button type="button" onClick={onOpen} className="min-w-0 grow basis-40 text-start hover:underline">
        <bdi className="block truncate font-medium">{lead.name ?? people.unnamed}</bdi>
        {about !== '' && (
          <span className="block truncate text-xs text-ink-3">
            <Spoken text={about} />
          </span>
        )}
      </button>
      {phone && (
        <a href={`tel:${phone}`} className="text-accent underline underline-offset-4">
          <Ltr>{format.phone(phone)}</Ltr>
        </a>
      )}
      {may('operator') && (
        <Button
          small
          busy={change.isPending}
          onClick={() =>
            change.mutate(
              { params: { leadId: lead.leadId }, body: { callBackAt: null } },
              { onError: notices.complain },
            )
          }
        >
          {people.setDone}
        </Button>
      )}
    </li>
  );
}

import { Link, useParams } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Contact } from '../../../../src/api/contract/people.ts';
import { useChange, useRead } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { CallRows } from '../../ui/call-rows.tsx';
import { Field, TextArea } from '../../ui/field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Loaded, Page, Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { AppointmentRows } from './appointment-rows.tsx';
import { LeadCard } from './lead-card.tsx';
import { LeadDialog } from './lead-dialog.tsx';

export default function ContactPage(): ReactNode {
  const { number } = useParams({ from: '/people/contacts/$number' });
  const words = useWords();
  const format = useFormat();
  const query = useRead('read-contact', { params: { number } });
  const stages = useRead('list-stages', {}).data?.stages ?? [];
  const [openLead, setOpenLead] = useState<string>();
  const contact = query.data?.contact;
  return (
    <Page
      title={contact?.name ?? contact?.heardName ?? format.phone(number)}
      lead={
        <span className="flex flex-wrap gap-3">
          <Link to="/people" className="text-accent hover:underline">
            {words.people.back}
          </Link>
          <Ltr>{format.phone(number)}</Ltr>
          {contact?.heardName && contact.name && <bdi>{words.people.heardAs(contact.heardName)}</bdi>}
        </span>
      }
    >
      <Loaded query={query}>
        {({ appointments, calls, contact: shown, leads }) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="grid grid-cols-1 gap-4">
              <section>
                <h2 className="mb-2 text-sm font-semibold">{words.people.history}</h2>
                {calls.length === 0 ? <p className="text-ink-3">{words.people.noCalls}</p> : <CallRows calls={calls} />}
              </section>
              {appointments.length > 0 && (
                <section>
                  <h2 className="mb-2 text-sm font-semibold">{words.people.tabs.appointments}</h2>
                  <AppointmentRows appointments={appointments} />
                </section>
              )}
            </div>
            <div className="grid grid-cols-1 gap-4">
              <ContactForm key={shown.number} contact={shown} />
              {leads.length > 0 && (
                <Section title={words.people.tabs.leads}>
                  <ul className="grid grid-cols-1 gap-2">
                    {leads.map((lead) => (
                      <li key={lead.leadId}>
                        <LeadCard
                          lead={lead}
                          stage={stages.find(({ stage }) => stage === lead.stage)}
                          onOpen={() => setOpenLead(lead.leadId)}
                        />
                      </li>
                    ))}
                  </ul>
                </Section>
              )}
            </div>
            <LeadDialog
              lead={leads.find(({ leadId }) => leadId === openLead)}
              stages={stages}
              onClose={() => setOpenLead(undefined)}
            />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function ContactForm({ contact }: { readonly contact: Contact }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const notices = useNotices();
  const { may } = useHere();
  const change = useChange('change-contact', ['read-contact', 'list-contacts', 'list-calls', 'read-call']);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string): string | null => String(form.get(name) ?? '').trim() || null;
    change.mutate(
      { params: { number: contact.number }, body: { name: value('name'), note: value('note') } },
      { onSuccess: () => notices.tell(words.common.saved), onError: notices.complain },
    );
  };
  const isFixed = !may('operator');
  return (
    <Section title={words.people.contact}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field
          label={words.people.name}
          name="name"
          dir="auto"
          maxLength={200}
          defaultValue={contact.name ?? ''}
          placeholder={contact.heardName ?? ''}
          readOnly={isFixed}
        />
        <TextArea
          label={words.people.note}
          name="note"
          rows={4}
          maxLength={5_000}
          defaultValue={contact.note ?? ''}
          readOnly={isFixed}
        />
        {!isFixed && (
          <Button type="submit" look="main" busy={change.isPending}>
            {words.common.save}
          </Button>
        )}
      </form>
      <dl className="mt-3 grid grid-cols-2 gap-1 border-t border-line pt-3 text-xs">
        <dt className="text-ink-3">{words.people.columns.first}</dt>
        <dd className="text-end">
          <Ltr>{format.day(contact.firstSeenAt)}</Ltr>
        </dd>
        <dt className="text-ink-3">{words.people.columns.last}</dt>
        <dd className="text-end">
          <Ltr>{format.when(contact.lastSeenAt)}</Ltr>
        </dd>
      </dl>
    </Section>
  );
}

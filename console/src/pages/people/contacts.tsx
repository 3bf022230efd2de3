import { Link } from '@tanstack/react-router';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { Contact } from '../../../../src/api/contract/people.ts';
import { useReadPages } from '../../api/hooks.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Field } from '../../ui/field.tsx';
import { More } from '../../ui/more.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';
import { Csv } from './csv.tsx';
import { PeopleTabs } from './people-tabs.tsx';

const GRID = 'md:grid md:grid-cols-[minmax(0,1fr)_10rem_4.5rem_9rem_minmax(0,1.2fr)] md:items-center md:gap-4';

export default function Contacts(): ReactNode {
  const words = useWords();
  const { people } = words;
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim());
  const query = useReadPages('list-contacts', wanted === '' ? {} : { text: wanted });
  return (
    <Page title={people.title} actions={<Csv what="contacts" />}>
      <PeopleTabs />
      <Field
        label={people.searchContacts}
        quiet
        type="search"
        dir="auto"
        placeholder={people.searchContacts}
        maxLength={200}
        className="mb-3 max-w-sm"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={people.noContacts}>{people.noContactsMore}</Empty>
          ) : (
            <>
              <div className="panel overflow-hidden">
                <Head />
                <ul className="divide-y divide-line">
                  {(items as readonly Contact[]).map((contact) => (
                    <Row key={contact.number} contact={contact} />
                  ))}
                </ul>
              </div>
              <More query={query} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Head(): ReactNode {
  const { columns } = useWords().people;
  return (
    <div aria-hidden="true" className={`hidden border-b border-line bg-sunken px-4 py-1.5 label-caps ${GRID}`}>
      <span>{columns.who}</span>
      <span>{columns.number}</span>
      <span>{columns.calls}</span>
      <span>{columns.last}</span>
      <span>{columns.note}</span>
    </div>
  );
}

function Row({ contact }: { readonly contact: Contact }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { calls, heardName, lastSeenAt, name, note, number } = contact;
  return (
    <li>
      <Link
        to="/people/contacts/$number"
        params={{ number }}
        className={`flex min-h-11 flex-wrap items-center gap-x-3 px-4 py-2 -outline-offset-2 hover:bg-sunken ${GRID}`}
      >
        <span className="truncate font-medium">
          {name || heardName ? (
            <bdi>{name ?? heardName}</bdi>
          ) : (
            <span className="text-ink-3">{words.people.unnamed}</span>
          )}
        </span>
        <Ltr className="ms-auto text-ink-2 md:ms-0">{format.phone(number)}</Ltr>
        <Ltr className="hidden text-ink-2 md:block">{format.number(calls)}</Ltr>
        <Ltr className="basis-full text-ink-3">{format.when(lastSeenAt)}</Ltr>
        <span className="hidden truncate text-ink-2 md:block">{note && <Spoken text={note} />}</span>
      </Link>
    </li>
  );
}

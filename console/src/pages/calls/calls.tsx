import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useId } from 'react';
import type { CallItem } from '../../../../src/api/contract/calls.ts';
import { useRead, useReadPages } from '../../api/hooks.ts';
import type { CallSearch } from '../../app/router.tsx';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { CallRows } from '../../ui/call-rows.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { More } from '../../ui/more.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';

export default function Calls(): ReactNode {
  const words = useWords();
  const search = useSearch({ from: '/calls' });
  const query = useReadPages('list-calls', queryOf(search));
  const isSearch = Object.keys(search).length > 0;
  return (
    <Page title={words.calls.title}>
      <SearchForm key={JSON.stringify(search)} search={search} isSearch={isSearch} />
      <Loaded query={query}>
        {({ items }) => (
          <>
            {items.length === 0 ? <NoCalls isSearch={isSearch} /> : <CallRows calls={items as readonly CallItem[]} />}
            <More query={query} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** A number typed as people write it is looked for as one. */
function queryOf({ agent, from, outcome, text, to }: CallSearch) {
  const isNumber = text !== undefined && /^\+?[\d\s()-]{4,}$/.test(text);
  return {
    ...(text === undefined ? {} : isNumber ? { number: text.replace(/[^\d+]/g, '').replace(/^0/, '') } : { text }),
    ...(agent === undefined ? {} : { agent }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00`).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(`${to}T23:59:59.999`).toISOString() }),
  };
}

function NoCalls({ isSearch }: { readonly isSearch: boolean }): ReactNode {
  const { calls } = useWords();
  return (
    <Empty title={isSearch ? calls.none : calls.noneYet}>
      {!isSearch && <Link to="/agents">{calls.noneMore}</Link>}
    </Empty>
  );
}

interface FormProps {
  readonly search: CallSearch;
  readonly isSearch: boolean;
}

function SearchForm({ isSearch, search }: FormProps): ReactNode {
  const words = useWords();
  const { calls } = words;
  const navigate = useNavigate();
  const agents = useRead('list-agents', {});
  const formId = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ''));
    navigate({ to: '/calls', search: given as CallSearch });
  };
  return (
    <search>
      <form
        id={formId}
        onSubmit={submit}
        className="mb-4 grid grid-cols-2 items-end gap-2.5 md:grid-cols-[minmax(0,1fr)_8.5rem_8.5rem_9rem_9rem_auto]"
      >
        <Field
          label={calls.text}
          name="text"
          type="search"
          dir="auto"
          maxLength={200}
          defaultValue={search.text}
          className="col-span-2 md:col-span-1"
        />
        <Choice label={calls.agent} name="agent" defaultValue={search.agent ?? ''}>
          <option value="">{words.common.all}</option>
          {agents.data?.agents.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
        <Choice label={calls.outcome} name="outcome" defaultValue={search.outcome ?? ''}>
          <option value="">{words.common.all}</option>
          {(['completed', 'abandoned', 'none'] as const).map((outcome) => (
            <option key={outcome} value={outcome}>
              {calls.outcomes[outcome]}
            </option>
          ))}
        </Choice>
        <Field label={calls.from} name="from" type="date" defaultValue={search.from} />
        <Field label={calls.to} name="to" type="date" defaultValue={search.to} />
        <div className="flex gap-2">
          <Button type="submit" look="main">
            <Icon name="search" />
            {words.common.search}
          </Button>
          {isSearch && (
            <Button look="quiet" onClick={() => navigate({ to: '/calls', search: {} })}>
              {calls.clear}
            </Button>
          )}
        </div>
      </form>
    </search>
  );
}

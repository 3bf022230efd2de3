import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallPage } from '../../../../src/api/contract/calls.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Section } from '../../ui/page.tsx';
import { Ltr, Spoken } from '../../ui/text.tsx';

type Row = readonly [name: string, value: ReactNode];

export function Facts({ page }: { readonly page: CallPage }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { call, contactNumber, consent } = page;
  const endOf = useEndReason();
  const rows: readonly Row[] = [
    [words.call.number, call.from ? <Ltr key="n">{format.phone(call.from)}</Ltr> : words.common.unknownNumber],
    [words.call.called, call.to ? <Ltr key="t">{format.phone(call.to)}</Ltr> : words.common.none],
    [words.call.agent, call.agent ?? words.common.none],
    [words.call.began, <Ltr key="b">{format.moment(call.openedAt)}</Ltr>],
    [words.call.ended, call.endReason ? endOf(call.endReason) : words.common.none],
    [words.call.outcome, words.calls.outcomes[call.outcome ?? 'none']],
    ...(consent === null ? [] : [[words.call.consent, consent ? words.common.yes : words.common.no] as const]),
    ...(page.redactedAt ? [[words.call.redacted, <Ltr key="r">{format.moment(page.redactedAt)}</Ltr>] as const] : []),
  ];
  return (
    <Section title={words.call.facts}>
      <Rows rows={rows} />
      {call.summary && (
        <div className="mt-3 border-t border-line pt-3">
          <h3 className="label-caps">{words.call.summary}</h3>
          <p>
            <Spoken text={call.summary} />
          </p>
        </div>
      )}
      <Slots slots={page.slots} />
      <div className="mt-3 flex flex-wrap gap-4 text-sm">
        {contactNumber && (
          <Link
            to="/people/contacts/$number"
            params={{ number: contactNumber }}
            className="text-accent underline underline-offset-4"
          >
            {words.call.contact}
          </Link>
        )}
        {page.leadId && (
          <Link to="/people/leads" className="text-accent underline underline-offset-4">
            {words.call.lead}
          </Link>
        )}
      </div>
    </Section>
  );
}

function useEndReason(): (reason: string) => string {
  const reasons = useWords().calls.endReasons as Readonly<Record<string, string>>;
  return (reason) => reasons[reason] ?? reason;
}

function Rows({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="text-end break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Slots({ slots }: { readonly slots: Readonly<Record<string, string>> }): ReactNode {
  const { call } = useWords();
  const entries = Object.entries(slots);
  if (entries.length === 0) return null;
  return (
    <div className="mt-3 border-t border-line pt-3">
      <h3 className="label-caps mb-1">{call.slots}</h3>
      <Rows rows={entries.map(([name, value]) => [name, <Spoken key={name} text={value} />])} />
    </div>
  );
}

export function Cost({ cost }: { readonly cost: CallPage['cost'] }): ReactNode {
  const { call } = useWords();
  const format = useFormat();
  if (!cost) return null;
  const money = (amount: number): ReactNode => <Ltr>{format.money(amount, cost.currency)}</Ltr>;
  return (
    <Section title={call.cost}>
      <Rows
        rows={[...cost.parts.map(({ amount, name }): Row => [name, money(amount)]), [call.total, money(cost.total)]]}
      />
    </Section>
  );
}

export function Streams({ streams }: { readonly streams: CallPage['streams'] }): ReactNode {
  const { call } = useWords();
  const endOf = useEndReason();
  const format = useFormat();
  return (
    <Section title={call.streams}>
      <ul className="grid grid-cols-1 gap-2 text-xs">
        {streams.map(({ attempt, endReason, endedAt, node, startedAt, streamSid }, i) => (
          <li key={streamSid} className="grid grid-cols-1 gap-0.5">
            <span className="flex justify-between gap-2">
              <span className="font-medium">{call.stream(attempt ?? i + 1)}</span>
              <span className="text-ink-3">{endReason && endOf(endReason)}</span>
            </span>
            <Ltr className="truncate text-ink-3">
              {node} {startedAt && `· ${format.time(startedAt)}`}
              {endedAt && `–${format.time(endedAt)}`}
            </Ltr>
          </li>
        ))}
      </ul>
    </Section>
  );
}

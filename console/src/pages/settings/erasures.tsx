import { type FormEvent, type ReactNode, useState } from 'react';
import type { Erasure } from '../../../../src/api/contract/calls.ts';
import { useChange, useReadPages } from '../../api/hooks.ts';
import { TOUCHED_BY_ERASURE } from '../../app/news.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Empty, Loaded, ProblemNote } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';

const isRunning = ({ doneAt }: Erasure): boolean => doneAt === null;

export function Erasures(): ReactNode {
  const { settings } = useWords();
  const query = useReadPages('list-erasures', {}, { readsAgainWhile: (items) => items.some(isRunning) });
  const [asks, setAsks] = useState(false);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-sm font-semibold">{settings.erasures}</h2>
        <Button look="danger" onClick={() => setAsks(true)}>
          {settings.erasePerson}
        </Button>
      </div>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={settings.noErasures} />
          ) : (
            <ul className="panel divide-y divide-line">
              {(items as readonly Erasure[]).map((erasure) => (
                <Row key={erasure.erasureId} erasure={erasure} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {asks && <EraseDialog onClose={() => setAsks(false)} />}
    </>
  );
}

function Row({ erasure }: { readonly erasure: Erasure }): ReactNode {
  const { settings } = useWords();
  const format = useFormat();
  const { doneAt, nodes, report, requestedAt, requestedBy } = erasure;
  return (
    <li className="grid grid-cols-1 gap-1 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <Ltr className="font-medium">{format.moment(requestedAt)}</Ltr>
        <span className="text-xs text-ink-3">
          {settings.askedBy} <bdi dir="ltr">{requestedBy}</bdi>
        </span>
        <span className="ms-auto">
          {doneAt ? (
            <Badge tone="good">
              {settings.done} <Ltr>{format.when(doneAt)}</Ltr>
            </Badge>
          ) : (
            <Badge tone="wait">{settings.running}</Badge>
          )}
        </span>
      </div>
      <p className="text-xs text-ink-3">
        <bdi dir="ltr">
          {Object.entries(report)
            .map(([what, count]) => `${what} ${count}`)
            .join(' · ')}
        </bdi>
      </p>
      {nodes.map(({ files, node }) => (
        <p key={node} className="text-xs text-ink-3">
          <bdi dir="ltr">{node}</bdi>: {settings.files(files)}
        </p>
      ))}
    </li>
  );
}

function EraseDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { settings } = useWords();
  const notices = useNotices();
  const erase = useChange('erase', TOUCHED_BY_ERASURE);
  const [isWrong, setIsWrong] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const number = String(new FormData(event.currentTarget).get('number')).replace(/[\s()-]/g, '');
    const isGood = /^\+[1-9]\d{6,14}$/.test(number);
    setIsWrong(!isGood);
    if (!isGood) return;
    const onSuccess = ({ calls }: { calls: number }): void => {
      notices.tell(settings.eraseStarted(calls));
      onClose();
    };
    erase.mutate({ body: { number } }, { onSuccess });
  };
  return (
    <Dialog open onClose={onClose} title={settings.erasePerson} lead={settings.eraseLead}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field
          label={settings.number}
          hint={settings.numberHint}
          error={isWrong ? settings.numberHint : undefined}
          name="number"
          type="tel"
          dir="ltr"
          required
        />
        <ProblemNote error={erase.error} />
        <Button type="submit" look="final" busy={erase.isPending}>
          {settings.erase}
        </Button>
      </form>
    </Dialog>
  );
}

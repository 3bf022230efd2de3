import { type ChangeEvent, type ReactNode, useRef, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';

interface Props {
  readonly what: 'contacts' | 'leads';
}

/** Out as a file, and in from one; what was not taken is shown line by line. */
export function Csv({ what }: Props): ReactNode {
  const { common, people } = useWords();
  const api = useApi();
  const notices = useNotices();
  const { may } = useHere();
  const file = useRef<HTMLInputElement>(null);
  const take = useChange(`import-${what}`, [what === 'contacts' ? 'list-contacts' : 'list-leads']);
  const [result, setResult] = useState<Answer<'import-contacts'>>();
  if (!may('operator')) return null;
  const read = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const body = await target.files?.[0]?.text();
    target.value = '';
    if (body !== undefined) take.mutate({ body }, { onSuccess: setResult, onError: notices.complain });
  };
  return (
    <>
      <a href={api.url(`export-${what}`, {})} download={`${what}.csv`} className={buttonClass('plain')}>
        <Icon name="save" />
        {people.exportCsv}
      </a>
      <Button busy={take.isPending} onClick={() => file.current?.click()}>
        <Icon name="load" />
        {people.importCsv}
      </Button>
      <input ref={file} type="file" accept=".csv,text/csv" hidden aria-label={people.importCsv} onChange={read} />
      <Dialog open={result !== undefined} onClose={() => setResult(undefined)} title={people.importCsv}>
        {result && (
          <div className="grid grid-cols-1 gap-3">
            <p>{people.imported(result.added, result.changed)}</p>
            {result.refused.length > 0 && (
              <div>
                <p className="text-bad">{people.refusedLines}</p>
                <ul className="mt-1 max-h-60 overflow-y-auto text-xs">
                  {result.refused.map(({ line, reason }) => (
                    <li key={line}>
                      {people.line(line)}: <bdi dir="ltr">{reason}</bdi>
                    </li>
                  ))}
                </ul>
              </div>
            )}
            <Button onClick={() => setResult(undefined)}>{common.close}</Button>
          </div>
        )}
      </Dialog>
    </>
  );
}

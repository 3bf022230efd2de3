import type { ReactNode } from 'react';
import type { AuditLine } from '../../../../src/api/contract/accounts.ts';
import { useReadPages } from '../../api/hooks.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { More } from '../../ui/more.tsx';
import { Loaded } from '../../ui/page.tsx';
import { Scrolling } from '../../ui/scrolling.tsx';
import { Ltr } from '../../ui/text.tsx';

export function AuditLog(): ReactNode {
  const { settings } = useWords();
  const format = useFormat();
  const query = useReadPages('list-audit', {});
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          <Scrolling label={settings.audit} className="panel">
            <table className="w-full min-w-160 text-sm">
              <thead className="bg-sunken">
                <tr className="label-caps [&>th]:px-4 [&>th]:py-1.5 [&>th]:text-start">
                  <th scope="col">{settings.auditWhen}</th>
                  <th scope="col">{settings.auditWho}</th>
                  <th scope="col">{settings.auditWhat}</th>
                  <th scope="col">{settings.auditSubject}</th>
                  <th scope="col">{settings.auditDetails}</th>
                </tr>
              </thead>
              <tbody className="divide-y divide-line [&_td]:px-4 [&_td]:py-1.5 [&_td]:align-top">
                {(items as readonly AuditLine[]).map(({ action, actor, at, details, id, subject }) => (
                  <tr key={id}>
                    <td className="whitespace-nowrap">
                      <Ltr>{format.moment(at)}</Ltr>
                    </td>
                    <td>
                      <bdi dir="ltr">{actor}</bdi>
                    </td>
                    <td className="font-medium">
                      <bdi dir="ltr">{action}</bdi>
                    </td>
                    <td className="font-mono text-xs break-all text-ink-3">
                      <bdi dir="ltr">{subject}</bdi>
                    </td>
                    <td className="font-mono text-xs break-all text-ink-3">
                      <bdi dir="ltr">{detailsOf(details)}</bdi>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolling>
          <More query={query} />
        </>
      )}
    </Loaded>
  );
}

function detailsOf(details: unknown): string {
  if (typeof details !== 'object' || details === null) return details === null ? '' : String(details);
  return Object.entries(details)
    .map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

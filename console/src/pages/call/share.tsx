import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { CallPage } from '../../../../src/api/contract/calls.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { TOUCHED_BY_ERASURE } from '../../app/news.ts';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Section } from '../../ui/page.tsx';

export function Share({ page }: { readonly page: CallPage }): ReactNode {
  const { call: words } = useWords();
  const api = useApi();
  const { may } = useHere();
  const { callSid } = page.call;
  const params = { callSid };
  return (
    <Section title={words.share}>
      <div className="grid grid-cols-1 gap-2">
        <div className="flex flex-wrap gap-2">
          {page.recording && <Download href={api.url('read-audio', { params })} text={words.audio} />}
          {page.hasJournal && may('operator') && (
            <Download href={api.url('read-journal', { params })} text={words.journal} />
          )}
          {may('operator') && <Download href={api.url('read-bundle', { params })} text={words.bundle} />}
        </div>
        {may('operator') && <p className="text-xs text-ink-3">{words.bundleHint}</p>}
        {page.hasJournal && may('operator') && (
          <div>
            <p className="mb-1 text-xs text-ink-3">{words.replay}</p>
            <Copyable text={`npx kav replay ${callSid}.jsonl`} />
          </div>
        )}
        {may('owner') && <Removal page={page} />}
      </div>
    </Section>
  );
}

function Download({ href, text }: { readonly href: string; readonly text: string }): ReactNode {
  return (
    <a href={href} download className={buttonClass('plain', true)}>
      <Icon name="save" />
      {text}
    </a>
  );
}

/** What cannot be undone. */
function Removal({ page }: { readonly page: CallPage }): ReactNode {
  const words = useWords();
  const notices = useNotices();
  const navigate = useNavigate();
  const [asks, setAsks] = useState<'redact' | 'erase'>();
  const [typed, setTyped] = useState('');
  const redact = useChange('redact-call', ['read-call', 'list-calls']);
  const erase = useChange('erase', TOUCHED_BY_ERASURE);
  const { callSid, from } = page.call;
  const number = page.contactNumber ?? from;
  const close = (): void => setAsks(undefined);
  return (
    <div className="mt-1 flex flex-wrap gap-2 border-t border-line pt-3">
      {!page.redactedAt && (
        <Button small look="danger" onClick={() => setAsks('redact')}>
          {words.call.redact}
        </Button>
      )}
      {number?.startsWith('+') && (
        <Button small look="danger" onClick={() => setAsks('erase')}>
          {words.call.erase}
        </Button>
      )}
      <Confirm
        open={asks === 'redact'}
        title={words.call.redactSure}
        lead={words.call.redactLead}
        action={words.call.redact}
        busy={redact.isPending}
        onClose={close}
        onConfirm={() => redact.mutate({ params: { callSid } }, { onError: notices.complain, onSettled: close })}
      />
      <Confirm
        open={asks === 'erase'}
        title={words.call.eraseSure}
        lead={words.call.eraseLead}
        action={words.call.erase}
        busy={erase.isPending}
        onClose={close}
        onConfirm={() => {
          if (typed.trim() !== number) return;
          erase.mutate(
            { body: { number } },
            {
              onSuccess: ({ calls }) => {
                notices.tell(words.settings.eraseStarted(calls));
                navigate({ to: '/calls', search: {} });
              },
              onError: notices.complain,
              onSettled: close,
            },
          );
        }}
      >
        <Field
          label={words.call.eraseType(number ?? '')}
          dir="ltr"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </Confirm>
    </div>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import { useChange } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { ProblemNote, Section } from '../../ui/page.tsx';

const QrCode = lazy(() => import('./qr-code.tsx'));

export function SecondFactor(): ReactNode {
  const { common, settings } = useWords();
  const { account } = useHere();
  const notices = useNotices();
  const begin = useChange('begin-totp');
  const [removes, setRemoves] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <Section
      title={settings.totp}
      actions={<Badge tone={account.hasTotp ? 'good' : 'plain'}>{account.hasTotp ? common.yes : common.no}</Badge>}
    >
      <p className="mb-3 text-ink-2">{account.hasTotp ? settings.totpOn : settings.totpOff}</p>
      {account.hasTotp ? (
        <Button look="danger" onClick={() => setRemoves(true)}>
          {settings.totpRemove}
        </Button>
      ) : (
        <Button busy={begin.isPending} onClick={() => begin.mutate({}, { onError: notices.complain })}>
          {settings.totpBegin}
        </Button>
      )}
      <Dialog
        open={begin.data !== undefined && !account.hasTotp && !codes}
        onClose={begin.reset}
        title={settings.totpBegin}
        lead={settings.totpScan}
      >
        {begin.data && <Confirmation {...begin.data} onCodes={setCodes} />}
      </Dialog>
      <Dialog
        open={codes !== undefined}
        onClose={() => setCodes(undefined)}
        title={settings.totpRecovery}
        lead={common.shownOnce}
      >
        <ul dir="ltr" className="mb-4 grid grid-cols-2 gap-2 rounded-md bg-sunken p-3 font-mono text-sm">
          {codes?.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Copyable text={codes?.join(' ') ?? ''} />
      </Dialog>
      {removes && <RemoveDialog onClose={() => setRemoves(false)} />}
    </Section>
  );
}

interface ConfirmationProps {
  readonly secret: string;
  readonly uri: string;
  readonly onCodes: (codes: readonly string[]) => void;
}

function Confirmation({ onCodes, secret, uri }: ConfirmationProps): ReactNode {
  const { settings } = useWords();
  const client = useQueryClient();
  const confirm = useChange('confirm-totp');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).trim();
    const onSuccess = ({ recoveryCodes }: { recoveryCodes: string[] }): void => {
      onCodes(recoveryCodes);
      client.invalidateQueries({ queryKey: ['session'] });
    };
    confirm.mutate({ body: { code } }, { onSuccess });
  };
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4">
      <Suspense fallback={<div className="mx-auto size-48" />}>
        <QrCode text={uri} label={settings.totpQr} />
      </Suspense>
      <div>
        <p className="mb-1 text-xs text-ink-3">{settings.totpSecret}</p>
        <Copyable text={secret} />
      </div>
      <Field
        label={settings.totpCode}
        name="code"
        dir="ltr"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]{6}"
        required
      />
      <ProblemNote error={confirm.error} />
      <Button type="submit" look="main" busy={confirm.isPending}>
        {settings.totpConfirm}
      </Button>
    </form>
  );
}

function RemoveDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const words = useWords();
  const client = useQueryClient();
  const remove = useChange('remove-totp');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    const onSuccess = (): void => {
      client.invalidateQueries({ queryKey: ['session'] });
      onClose();
    };
    remove.mutate({ body: { password } }, { onSuccess });
  };
  return (
    <Dialog open onClose={onClose} title={words.settings.totpRemove} lead={words.settings.totpRemoveLead}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field
          label={words.login.password}
          name="password"
          type="password"
          dir="ltr"
          autoComplete="current-password"
          required
        />
        <ProblemNote error={remove.error} />
        <Button type="submit" look="final" busy={remove.isPending}>
          {words.settings.totpRemove}
        </Button>
      </form>
    </Dialog>
  );
}

import { type FormEvent, type ReactNode, useState } from 'react';
import type { ApiKey, UserRole } from '../../../../src/api/contract/accounts.ts';
import { useChange, useRead } from '../../api/hooks.ts';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Empty, Loaded, ProblemNote } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { RoleChoice } from './users.tsx';

export function Keys(): ReactNode {
  const { settings } = useWords();
  const format = useFormat();
  const query = useRead('list-keys', {});
  const [adds, setAdds] = useState(false);
  const [goes, setGoes] = useState<ApiKey>();
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-ink-2">{settings.keysLead}</p>
        <Button look="main" onClick={() => setAdds(true)}>
          <Icon name="plus" />
          {settings.addKey}
        </Button>
      </div>
      <Loaded query={query}>
        {({ keys }) =>
          keys.length === 0 ? (
            <Empty title={settings.noKeys} />
          ) : (
            <ul className="panel divide-y divide-line">
              {keys.map((key) => (
                <li key={key.keyId} className="flex flex-wrap items-center gap-3 px-4 py-3">
                  <bdi className="grow font-medium">{key.name}</bdi>
                  <Badge>{settings.roles[key.role]}</Badge>
                  <span className="text-xs text-ink-3">
                    {settings.lastUsed} {key.usedAt ? <Ltr>{format.when(key.usedAt)}</Ltr> : settings.never}
                  </span>
                  <RemoveButton onRemove={() => setGoes(key)} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {adds && <AddDialog onClose={() => setAdds(false)} />}
      <RemoveConfirm apiKey={goes} onClose={() => setGoes(undefined)} />
    </>
  );
}

function RemoveButton({ onRemove }: { readonly onRemove: () => void }): ReactNode {
  const { common } = useWords();
  return (
    <Button small look="danger" onClick={onRemove}>
      {common.remove}
    </Button>
  );
}

function RemoveConfirm({
  apiKey,
  onClose,
}: {
  readonly apiKey: ApiKey | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const { common, settings } = useWords();
  const notices = useNotices();
  const remove = useChange('remove-key', ['list-keys']);
  return (
    <Confirm
      open={apiKey !== undefined}
      title={settings.removeKeySure(apiKey?.name ?? '')}
      lead={settings.removeKeyLead}
      action={common.remove}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate({ params: { keyId: apiKey?.keyId ?? '' } }, { onError: notices.complain, onSettled: onClose })
      }
    />
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { common, settings } = useWords();
  const add = useChange('add-key', ['list-keys']);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    add.mutate({ body: { name: String(form.get('name')).trim(), role: form.get('role') as UserRole } });
  };
  if (add.data) {
    return (
      <Dialog open onClose={onClose} title={settings.keySecret} lead={common.shownOnce}>
        <Copyable text={add.data.secret} />
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={settings.addKey} lead={settings.keysLead}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field label={common.name} name="name" dir="auto" maxLength={100} required />
        <RoleChoice />
        <ProblemNote error={add.error} />
        <Button type="submit" look="main" busy={add.isPending}>
          {settings.addKey}
        </Button>
      </form>
    </Dialog>
  );
}

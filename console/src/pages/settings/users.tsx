import { type FormEvent, type ReactNode, useState } from 'react';
import type { User, UserRole } from '../../../../src/api/contract/accounts.ts';
import { useChange, useRead } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Loaded, ProblemNote } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';

export const ROLES = ['viewer', 'operator', 'owner'] as const satisfies readonly UserRole[];

export function Users(): ReactNode {
  const { settings } = useWords();
  const query = useRead('list-users', {});
  const [invites, setInvites] = useState(false);
  return (
    <>
      <div className="mb-3 flex justify-end">
        <Button look="main" onClick={() => setInvites(true)}>
          <Icon name="plus" />
          {settings.invite}
        </Button>
      </div>
      <Loaded query={query}>
        {({ users }) => (
          <ul className="panel divide-y divide-line">
            {users.map((user) => (
              <UserRow key={user.userId} user={user} />
            ))}
          </ul>
        )}
      </Loaded>
      {invites && <InviteDialog onClose={() => setInvites(false)} />}
    </>
  );
}

function UserRow({ user }: { readonly user: User }): ReactNode {
  const { settings } = useWords();
  const format = useFormat();
  const notices = useNotices();
  const { account } = useHere();
  const change = useChange('change-user', ['list-users']);
  const { email, hasTotp, isDisabled, isInvited, name, role, seenAt, userId } = user;
  const isSelf = userId === account.userId;
  const set = (body: { role?: UserRole; isDisabled?: boolean }): void =>
    change.mutate({ params: { userId }, body }, { onError: notices.complain });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 grow basis-52">
        <bdi className={`block font-medium ${isDisabled ? 'text-ink-3 line-through' : ''}`}>{name ?? email}</bdi>
        <bdi dir="ltr" className="text-xs text-ink-3">
          {email}
        </bdi>
      </div>
      <div className="flex flex-wrap items-center gap-1.5">
        {isInvited && <Badge tone="wait">{settings.invited}</Badge>}
        {isDisabled && <Badge tone="bad">{settings.disabled}</Badge>}
        {hasTotp && <Badge tone="good">{settings.hasTotp}</Badge>}
      </div>
      <span className="text-xs text-ink-3">
        {settings.lastSeen} {seenAt ? <Ltr>{format.when(seenAt)}</Ltr> : settings.never}
      </span>
      <select
        aria-label={`${settings.role}: ${email}`}
        className="rounded-sm border border-line-strong bg-raised px-1.5 py-1 text-xs disabled:opacity-60"
        value={role}
        disabled={isSelf || change.isPending}
        onChange={(event) => set({ role: event.target.value as UserRole })}
      >
        {ROLES.map((each) => (
          <option key={each} value={each}>
            {settings.roles[each]}
          </option>
        ))}
      </select>
      <div className="flex gap-2">
        <ResetUser user={user} />
        {!isSelf && (
          <Button
            small
            look={isDisabled ? 'plain' : 'danger'}
            busy={change.isPending}
            onClick={() => set({ isDisabled: !isDisabled })}
          >
            {isDisabled ? settings.enable : settings.disable}
          </Button>
        )}
      </div>
    </li>
  );
}

function ResetUser({ user }: { readonly user: User }): ReactNode {
  const { common, settings } = useWords();
  const notices = useNotices();
  const reset = useChange('reset-user', ['list-users']);
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button small onClick={() => setAsks(true)}>
        {settings.resetUser}
      </Button>
      <Confirm
        open={asks}
        title={settings.resetSure(user.name ?? user.email)}
        lead={settings.resetLead}
        action={settings.resetUser}
        busy={reset.isPending}
        onClose={() => setAsks(false)}
        onConfirm={() =>
          reset.mutate(
            { params: { userId: user.userId } },
            { onError: notices.complain, onSettled: () => setAsks(false) },
          )
        }
      />
      <Dialog open={reset.data !== undefined} onClose={reset.reset} title={settings.link} lead={common.shownOnce}>
        <Copyable text={reset.data?.link ?? ''} />
      </Dialog>
    </>
  );
}

function InviteDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { common, settings } = useWords();
  const invite = useChange('invite-user', ['list-users']);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name') ?? '').trim();
    const body = {
      email: String(form.get('email')),
      role: form.get('role') as UserRole,
      ...(name === '' ? {} : { name }),
    };
    invite.mutate({ body });
  };
  if (invite.data) {
    return (
      <Dialog open onClose={onClose} title={settings.link} lead={common.shownOnce}>
        <Copyable text={invite.data.link} />
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={settings.invite} lead={settings.inviteLead}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field label={common.email} name="email" type="email" dir="ltr" required />
        <Field label={common.name} name="name" dir="auto" maxLength={100} />
        <RoleChoice />
        <ProblemNote error={invite.error} />
        <Button type="submit" look="main" busy={invite.isPending}>
          {settings.invite}
        </Button>
      </form>
    </Dialog>
  );
}

export function RoleChoice(): ReactNode {
  const { settings } = useWords();
  return (
    <Choice label={settings.role} name="role" defaultValue="operator">
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {settings.roles[role]}: {settings.roleHints[role]}
        </option>
      ))}
    </Choice>
  );
}

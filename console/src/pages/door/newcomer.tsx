import { type FormEvent, type ReactNode, useState } from 'react';
import type { SessionInfo } from '../../../../src/api/contract/accounts.ts';
import { useChange } from '../../api/hooks.ts';
import { useEnter } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/page.tsx';
import { DoorFrame } from './door-frame.tsx';

const SHORTEST = 12;

/** Behind `#`, where no log and no server sees it; older links have it behind `?`. */
function tokenOfAddress(): string {
  const parts = new URLSearchParams(location.hash.slice(1));
  return parts.get('token') ?? new URLSearchParams(location.search).get('token') ?? '';
}

export function FirstAccount(): ReactNode {
  const words = useWords();
  const setup = useChange('setup');
  const finish = useFinish();
  const [token] = useState(tokenOfAddress);
  if (token === '') {
    return (
      <DoorFrame title={words.setup.title} lead={words.setup.noToken}>
        {null}
      </DoorFrame>
    );
  }
  return (
    <DoorFrame title={words.setup.title} lead={words.setup.lead}>
      <NewcomerForm
        withEmail
        submit={words.setup.submit}
        busy={setup.isPending}
        error={setup.error}
        onSubmit={({ email, name, password }) =>
          setup.mutate({ body: { token, email, name, password } }, { onSuccess: finish })
        }
      />
    </DoorFrame>
  );
}

export function Invitation(): ReactNode {
  const words = useWords();
  const accept = useChange('accept-invitation');
  const finish = useFinish();
  const [token] = useState(tokenOfAddress);
  return (
    <DoorFrame title={words.invitation.title} lead={token === '' ? words.invitation.noToken : words.invitation.lead}>
      {token !== '' && (
        <NewcomerForm
          submit={words.invitation.submit}
          busy={accept.isPending}
          error={accept.error}
          onSubmit={({ name, password }) => accept.mutate({ body: { token, name, password } }, { onSuccess: finish })}
        />
      )}
    </DoorFrame>
  );
}

/** The used link leaves the address bar and the history. */
function useFinish(): (session: SessionInfo) => void {
  const enter = useEnter();
  return (session) => {
    history.replaceState(null, '', '/');
    enter(session);
  };
}

interface FormProps {
  readonly withEmail?: boolean;
  readonly submit: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSubmit: (given: { email: string; name: string; password: string }) => void;
}

function NewcomerForm({ busy, error, onSubmit, submit, withEmail = false }: FormProps): ReactNode {
  const words = useWords();
  const [wrong, setWrong] = useState<'short' | 'differs'>();
  const check = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string): string => String(form.get(name) ?? '');
    const password = value('password');
    if (password.length < SHORTEST) setWrong('short');
    else if (password !== value('repeat')) setWrong('differs');
    else {
      setWrong(undefined);
      onSubmit({ email: value('email'), name: value('name').trim(), password });
    }
  };
  return (
    <form onSubmit={check} className="grid grid-cols-1 gap-4">
      <Field label={words.common.name} name="name" autoComplete="name" maxLength={100} dir="auto" required autoFocus />
      {withEmail && (
        <Field label={words.common.email} name="email" type="email" dir="ltr" autoComplete="username" required />
      )}
      <Field
        label={words.login.password}
        hint={words.setup.passwordHint}
        error={wrong === 'short' ? words.setup.tooShort : undefined}
        name="password"
        type="password"
        dir="ltr"
        maxLength={128}
        autoComplete="new-password"
        required
      />
      <Field
        label={words.setup.repeat}
        error={wrong === 'differs' ? words.setup.differs : undefined}
        name="repeat"
        type="password"
        dir="ltr"
        maxLength={128}
        autoComplete="new-password"
        required
      />
      <ProblemNote error={error} />
      <Button type="submit" look="main" busy={busy}>
        {submit}
      </Button>
    </form>
  );
}

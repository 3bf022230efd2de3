import { type FormEvent, type ReactNode, useState } from 'react';
import type { SessionInfo } from '../../../../src/api/contract/accounts.ts';
import { useChange } from '../../api/hooks.ts';
import { useEnter } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/page.tsx';
import { DoorFrame } from './door-frame.tsx';
import { FirstAccount, Invitation } from './newcomer.tsx';

/** Before log-in: the way in, or how the first account is made. */
export default function Door({ session }: { readonly session: SessionInfo }): ReactNode {
  const path = location.pathname;
  if (path === '/setup' && session.needsSetup) return <FirstAccount />;
  if (path === '/invitation') return <Invitation />;
  if (session.needsSetup) return <SetupNeeded />;
  return <LogIn />;
}

function SetupNeeded(): ReactNode {
  const words = useWords();
  return (
    <DoorFrame title={words.setup.title} lead={words.setup.needed}>
      {null}
    </DoorFrame>
  );
}

function LogIn(): ReactNode {
  const words = useWords();
  const enter = useEnter();
  const login = useChange('login');
  const [needsCode, setNeedsCode] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const code = String(form.get('code') ?? '').trim();
    const body = {
      email: String(form.get('email')),
      password: String(form.get('password')),
      ...(code ? { code } : {}),
    };
    login.mutate(
      { body },
      { onSuccess: enter, onError: (error) => error.code === 'code-needed' && setNeedsCode(true) },
    );
  };
  return (
    <DoorFrame title={words.login.title} lead={words.login.lead}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-4">
        <Field
          label={words.common.email}
          name="email"
          type="email"
          dir="ltr"
          autoComplete="username"
          required
          autoFocus
        />
        <Field
          label={words.login.password}
          name="password"
          type="password"
          dir="ltr"
          autoComplete="current-password"
          required
        />
        {needsCode && (
          <Field
            label={words.login.code}
            hint={words.login.codeHint}
            name="code"
            dir="ltr"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
          />
        )}
        {login.error && <ProblemNote error={login.error} />}
        <Button type="submit" look="main" busy={login.isPending}>
          {words.login.submit}
        </Button>
        <p className="text-xs text-ink-3">{words.login.forgotten}</p>
      </form>
    </DoorFrame>
  );
}

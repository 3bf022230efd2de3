import { type FormEvent, type ReactNode, useState } from 'react';
import { useChange, useRead } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Loaded, ProblemNote, Section } from '../../ui/page.tsx';
import { Ltr } from '../../ui/text.tsx';
import { SecondFactor } from './second-factor.tsx';

const SHORTEST = 12;

export function OwnAccount(): ReactNode {
  const { account } = useHere();
  const { settings } = useWords();
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <p className="text-ink-2 lg:col-span-2">
        <bdi>{account.name}</bdi> · <bdi dir="ltr">{account.email}</bdi> · {settings.roles[account.role]}
      </p>
      <Password />
      <SecondFactor />
      <Sessions />
    </div>
  );
}

function Password(): ReactNode {
  const words = useWords();
  const { settings } = words;
  const notices = useNotices();
  const change = useChange('change-password', ['list-sessions']);
  const [isShort, setIsShort] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const next = String(given.get('next'));
    setIsShort(next.length < SHORTEST);
    if (next.length < SHORTEST) return;
    const onSuccess = (): void => {
      form.reset();
      notices.tell(settings.passwordChanged);
    };
    change.mutate({ body: { current: String(given.get('current')), next } }, { onSuccess });
  };
  return (
    <Section title={settings.password}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-3">
        <Field
          label={settings.current}
          name="current"
          type="password"
          dir="ltr"
          autoComplete="current-password"
          required
        />
        <Field
          label={settings.next}
          hint={words.setup.passwordHint}
          error={isShort ? words.setup.tooShort : undefined}
          name="next"
          type="password"
          dir="ltr"
          maxLength={128}
          autoComplete="new-password"
          required
        />
        <ProblemNote error={change.error} />
        <Button type="submit" busy={change.isPending} className="justify-self-start">
          {settings.changePassword}
        </Button>
      </form>
    </Section>
  );
}

function Sessions(): ReactNode {
  const { settings } = useWords();
  const format = useFormat();
  const notices = useNotices();
  const query = useRead('list-sessions', {});
  const end = useChange('end-session', ['list-sessions']);
  return (
    <Section title={settings.sessions} className="lg:col-span-2">
      <Loaded query={query}>
        {({ sessions }) => (
          <ul className="divide-y divide-line">
            {sessions.map(({ browser, isThis, seenAt, sessionId }) => (
              <li key={sessionId} className="flex flex-wrap items-center gap-3 py-2">
                <bdi dir="ltr" className="font-medium">
                  {browser}
                </bdi>
                {isThis && <Badge tone="good">{settings.thisSession}</Badge>}
                <span className="text-xs text-ink-3">
                  {settings.lastSeen} <Ltr>{format.when(seenAt)}</Ltr>
                </span>
                {!isThis && (
                  <Button
                    small
                    look="danger"
                    className="ms-auto"
                    onClick={() => end.mutate({ params: { sessionId } }, { onError: notices.complain })}
                  >
                    {settings.endSession}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

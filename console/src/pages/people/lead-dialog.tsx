import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Lead, Stage } from '../../../../src/api/contract/people.ts';
import { useChange } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field, TextArea } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/page.tsx';
import { Slots } from '../call/facts.tsx';

interface Props {
  readonly lead: Lead | undefined;
  readonly stages: readonly Stage[];
  readonly onClose: () => void;
}

export function LeadDialog({ lead, onClose, stages }: Props): ReactNode {
  const { people } = useWords();
  return (
    <Dialog open={lead !== undefined} onClose={onClose} title={lead?.name ?? people.lead}>
      {lead && <LeadForm lead={lead} stages={stages} onDone={onClose} />}
    </Dialog>
  );
}

interface FormProps {
  readonly lead: Lead;
  readonly stages: readonly Stage[];
  readonly onDone: () => void;
}

function LeadForm({ lead, onDone, stages }: FormProps): ReactNode {
  const words = useWords();
  const { people } = words;
  const { may } = useHere();
  const [wrongPhone, setWrongPhone] = useState(false);
  const change = useChange('change-lead', ['list-leads', 'list-callbacks', 'read-contact', 'read-home']);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: string): string | null => String(form.get(name) ?? '').trim() || null;
    const phone = value('phone')?.replace(/[\s()-]/g, '') ?? null;
    const isWrong = phone !== null && !/^\+[1-9]\d{6,14}$/.test(phone);
    setWrongPhone(isWrong);
    if (isWrong) return;
    const callBackAt = value('callBackAt');
    const body = {
      stage: value('stage') ?? lead.stage,
      name: value('name'),
      // A number that came as the caller said it is left as it is, unless it is changed.
      ...(phone === lead.phone ? {} : { phone }),
      note: value('note'),
      callBackAt: callBackAt && new Date(callBackAt).toISOString(),
    };
    change.mutate({ params: { leadId: lead.leadId }, body }, { onSuccess: onDone });
  };
  const isFixed = !may('operator');
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-3">
      <fieldset disabled={isFixed} className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <Field label={people.name} name="name" dir="auto" maxLength={200} defaultValue={lead.name ?? ''} />
        <Field
          label={people.phone}
          name="phone"
          type="tel"
          dir="ltr"
          defaultValue={lead.phone ?? ''}
          error={wrongPhone ? words.settings.numberHint : undefined}
        />
        <Choice label={people.stage} name="stage" defaultValue={lead.stage}>
          {stages.map(({ label, stage }) => (
            <option key={stage} value={stage}>
              {label}
            </option>
          ))}
        </Choice>
        <Field
          label={people.callBackAt}
          name="callBackAt"
          type="datetime-local"
          defaultValue={localOf(lead.callBackAt)}
        />
        <TextArea
          label={people.note}
          name="note"
          rows={3}
          maxLength={5_000}
          defaultValue={lead.note ?? ''}
          className="sm:col-span-2"
        />
      </fieldset>
      <Slots slots={lead.slots} />
      <ProblemNote error={change.error} />
      <div className="flex items-center justify-between gap-3">
        {lead.callSid ? (
          <Link
            to="/calls/$callSid"
            params={{ callSid: lead.callSid }}
            className="text-accent underline underline-offset-4"
          >
            {people.fromCall}
          </Link>
        ) : (
          <span />
        )}
        {!isFixed && (
          <Button type="submit" look="main" busy={change.isPending}>
            {words.common.save}
          </Button>
        )}
      </div>
    </form>
  );
}

/** As a field of date and time wants it: the user's own time, without a zone. */
function localOf(at: string | null): string {
  if (at === null) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

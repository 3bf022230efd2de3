import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Appointment } from '../../../../src/api/contract/people.ts';
import { useChange } from '../../api/hooks.ts';
import { useHere } from '../../app/session.tsx';
import { useFormat, useWords } from '../../language/language.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Scrolling } from '../../ui/scrolling.tsx';
import { Ltr } from '../../ui/text.tsx';

const TONE = { booked: 'info', done: 'good', cancelled: 'plain', withdrawn: 'plain' } as const satisfies Record<
  Appointment['status'],
  Tone
>;
const CHOICES = ['booked', 'done', 'cancelled'] as const;

export function AppointmentRows({ appointments }: { readonly appointments: readonly Appointment[] }): ReactNode {
  const { people } = useWords();
  return (
    <Scrolling label={people.tabs.appointments} className="panel">
      <table className="w-full text-sm">
        <thead className="bg-sunken">
          <tr className="label-caps text-start [&>th]:px-4 [&>th]:py-1.5 [&>th]:text-start">
            <th scope="col">{people.columns.who}</th>
            <th scope="col">{people.day}</th>
            <th scope="col">{people.time}</th>
            <th scope="col" className="hidden md:table-cell">
              {people.booked}
            </th>
            <th scope="col">{people.status}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line [&_td]:px-4 [&_td]:py-2">
          {appointments.map((appointment) => (
            <Row key={appointment.appointmentId} appointment={appointment} />
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

function Row({ appointment }: { readonly appointment: Appointment }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const notices = useNotices();
  const { may } = useHere();
  const change = useChange('change-appointment', ['list-appointments', 'read-contact']);
  const { appointmentId, callSid, createdAt, day, name, phone, status, time } = appointment;
  const days = words.people.days as Readonly<Record<string, string>>;
  return (
    <tr>
      <td>
        <bdi className="block font-medium">{name ?? words.people.unnamed}</bdi>
        {phone && <Ltr className="text-xs text-ink-3">{format.phone(phone)}</Ltr>}
      </td>
      <td>{/^\d{4}-\d\d-\d\d$/.test(day) ? <Ltr>{format.day(day)}</Ltr> : (days[day] ?? day)}</td>
      <td>
        <Ltr>{time}</Ltr>
      </td>
      <td className="hidden md:table-cell">
        {callSid ? (
          <Link to="/calls/$callSid" params={{ callSid }} className="text-accent underline underline-offset-4">
            <Ltr>{format.when(createdAt)}</Ltr>
          </Link>
        ) : (
          <Ltr>{format.when(createdAt)}</Ltr>
        )}
      </td>
      <td>
        {may('operator') && status !== 'withdrawn' ? (
          <select
            aria-label={words.people.setStatus}
            className="rounded-sm border border-line-strong bg-raised px-1.5 py-1 text-xs"
            value={status}
            disabled={change.isPending}
            onChange={(event) =>
              change.mutate(
                { params: { appointmentId }, body: { status: event.target.value as (typeof CHOICES)[number] } },
                { onError: notices.complain },
              )
            }
          >
            {CHOICES.map((choice) => (
              <option key={choice} value={choice}>
                {words.people.statuses[choice]}
              </option>
            ))}
          </select>
        ) : (
          <Badge tone={TONE[status]}>{words.people.statuses[status]}</Badge>
        )}
      </td>
    </tr>
  );
}

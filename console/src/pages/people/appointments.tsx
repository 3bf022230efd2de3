import type { ReactNode } from 'react';
import type { Appointment } from '../../../../src/api/contract/people.ts';
import { useReadPages } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { More } from '../../ui/more.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { AppointmentRows } from './appointment-rows.tsx';
import { PeopleTabs } from './people-tabs.tsx';

export default function Appointments(): ReactNode {
  const { people } = useWords();
  const query = useReadPages('list-appointments', {});
  return (
    <Page title={people.title}>
      <PeopleTabs />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={people.noAppointments} />
          ) : (
            <AppointmentRows appointments={items as readonly Appointment[]} />
          )
        }
      </Loaded>
      <More query={query} />
    </Page>
  );
}

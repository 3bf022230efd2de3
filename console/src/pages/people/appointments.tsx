import type { ReactNode } from 'react';
import type { Appointment } from '../../../../src/api/contract/people.ts';
import { useReadPages } from '../../api/hooks.ts';
import { useWords } from '../../language/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Loaded, Page } from '../../ui/page.tsx';
import { AppointmentRows } from './appointment-rows.tsx';
import { PeopleTabs } from './people-tabs.tsx';

export default function Appointments(): ReactNode {
  const { common, people } = useWords();
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
      {query.hasNextPage && (
        <div className="mt-3 text-center">
          <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {common.more}
          </Button>
        </div>
      )}
    </Page>
  );
}

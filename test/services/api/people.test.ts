/** The people's handlers, over a real PostgreSQL. */
import { peopleSuite } from '../../../src/api/people/people-suite.fixture.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { openStore } from '../../../src/store/store.ts';
import { freshDatabase } from '../store/engines.ts';

peopleSuite(async () => {
  const store = openStore({ clock: createRealClock(), ...(await freshDatabase('postgres')) });
  await store.ready;
  return store;
});

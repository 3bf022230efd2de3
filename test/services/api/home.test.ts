/** The home page's handlers, over a real PostgreSQL. */
import { homeSuite } from '../../../src/api/home/home-suite.fixture.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { openStore } from '../../../src/store/store.ts';
import { freshDatabase } from '../store/engines.ts';

homeSuite(async () => {
  const store = openStore({ clock: createRealClock(), ...(await freshDatabase('postgres')) });
  await store.ready;
  return store;
});

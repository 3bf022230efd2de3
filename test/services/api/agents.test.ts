/** The agents' handlers, over a real PostgreSQL. */
import { agentsSuite } from '../../../src/api/agents/agents-suite.fixture.ts';
import { createRealClock } from '../../../src/call/real-clock.ts';
import { openStore } from '../../../src/store/store.ts';
import { freshDatabase } from '../store/engines.ts';

agentsSuite(async () => {
  const store = openStore({ clock: createRealClock(), ...(await freshDatabase('postgres')) });
  await store.ready;
  return store;
});

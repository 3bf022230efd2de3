import { readFile } from 'node:fs/promises';
import { embeddedSnapshot } from '../../../test/services/snapshot.ts';
import { createRealClock } from '../../call/real-clock.ts';
import { openStore } from '../../store/store.ts';
import { peopleSuite } from './people-suite.fixture.ts';

peopleSuite(async () => {
  const store = openStore({ clock: createRealClock(), snapshot: await readFile(await embeddedSnapshot()) });
  await store.ready;
  return store;
});

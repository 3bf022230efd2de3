/** The work after calls, over a real PostgreSQL. */
import { openWorld } from '../../../src/jobs/after-calls.fixture.ts';
import { afterCallsSuite } from '../../../src/jobs/after-calls-suite.fixture.ts';
import { freshDatabase } from '../store/engines.ts';

afterCallsSuite(async () => openWorld(await freshDatabase('postgres')));

/** The calls' handlers, over a real PostgreSQL. */
import { callsSuite } from '../../../src/api/calls/calls-suite.fixture.ts';
import { openWorld } from '../../../src/jobs/after-calls.fixture.ts';
import { freshDatabase } from '../store/engines.ts';

callsSuite(async () => openWorld(await freshDatabase('postgres')));

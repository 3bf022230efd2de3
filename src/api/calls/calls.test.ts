import { readFile } from 'node:fs/promises';
import { embeddedSnapshot } from '../../../test/services/snapshot.ts';
import { openWorld } from '../../jobs/after-calls.fixture.ts';
import { callsSuite } from './calls-suite.fixture.ts';

callsSuite(async () => openWorld({ snapshot: await readFile(await embeddedSnapshot()) }));

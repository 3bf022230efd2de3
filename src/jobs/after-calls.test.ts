import { readFile } from 'node:fs/promises';
import { embeddedSnapshot } from '../../test/services/snapshot.ts';
import { openWorld } from './after-calls.fixture.ts';
import { afterCallsSuite } from './after-calls-suite.fixture.ts';

afterCallsSuite(async () => openWorld({ snapshot: await readFile(await embeddedSnapshot()) }));

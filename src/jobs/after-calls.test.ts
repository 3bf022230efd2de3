import { openWorld } from './after-calls.fixture.ts';
import { afterCallsSuite } from './after-calls-suite.fixture.ts';

afterCallsSuite(() => openWorld());

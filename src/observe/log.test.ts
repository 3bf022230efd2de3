import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOG_EVENTS } from './log.ts';

test('docs/logs.md explains every log event, in the order of the code, and no other', () => {
  const page = readFileSync(new URL('../../docs/logs.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
  expect(documented).toEqual([...LOG_EVENTS]);
});

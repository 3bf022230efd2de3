import { expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { createRefusalLog } from './refusal-log.ts';
import { keepLog } from './server.fixture.ts';

test('logs a few per reason and window, and tells later how many it did not log', () => {
  const clock = new VirtualClock();
  const { log, lines } = keepLog();
  const refuse = createRefusalLog(clock, log);
  for (let times = 0; times < 1_000; times++) refuse('WS_REFUSED', 'signature', { status: 403 });
  refuse('WS_REFUSED', 'flood');
  refuse('WEBHOOK_REFUSED', 'signature');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toEqual({ level: 'warn', event: 'WS_REFUSED', reason: 'signature', status: 403 });
  clock.advanceTo(10_000);
  refuse('WS_REFUSED', 'signature');
  expect(lines.at(-1)).toEqual({ level: 'warn', event: 'WS_REFUSED', reason: 'signature', more: 995 });
});

import { expect, test } from 'vitest';
import { createDeskSlot } from './desk-slot.ts';
import { createDrain } from './drain.ts';
import { keepLog, MemoryDesk } from './server.fixture.ts';

test('a desk that arrives after the drain began takes no calls', async () => {
  const { log } = keepLog();
  const promised = Promise.withResolvers<MemoryDesk>();
  const slot = createDeskSlot(promised.promise, log);
  const drain = createDrain(slot, log);
  expect(drain.started).toBe(false);
  await drain.start();
  expect(drain.started).toBe(true);
  const desk = new MemoryDesk();
  promised.resolve(desk);
  await slot.arrival;
  expect(desk.open({ callSid: 'CA1', accountSid: '', from: '', to: '' })).toMatchObject({ reason: 'draining' });
});

test('asked twice, it drains once', async () => {
  const { log, lines } = keepLog();
  const drain = createDrain(createDeskSlot(new MemoryDesk(), log), log);
  expect(drain.start()).toBe(drain.start());
  await drain.start();
  expect(lines).toHaveLength(2);
});

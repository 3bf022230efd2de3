import { expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { wait } from './wait.ts';

test('waits on the given clock', async () => {
  const clock = new VirtualClock();
  let done = false;
  const waiting = wait(clock, 100, new AbortController().signal).then(() => {
    done = true;
  });
  await clock.advance(99);
  expect(done).toBe(false);
  await clock.advance(1);
  await waiting;
  expect(done).toBe(true);
});

test('zero sets no alarm', async () => {
  const clock = new VirtualClock();
  await wait(clock, 0, new AbortController().signal);
  expect(clock.alarms).toBe(0);
});

test('an abort ends it with its reason and takes the alarm back', async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const reason = new Error('enough');
  const waiting = wait(clock, 100, abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(clock.alarms).toBe(0);
  await expect(wait(clock, 0, abort.signal)).rejects.toBe(reason);
});

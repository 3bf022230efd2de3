import { expect, test } from 'vitest';
import { SleepWatch } from './sleep-watch.ts';

/** A clock whose process may sleep: time goes on, and no alarm wakes. */
function createSleeper() {
  let now = 0;
  const alarms = new Set<{ readonly time: number; readonly wake: () => void }>();
  const at = (time: number, wake: () => void) => {
    const alarm = { time, wake };
    alarms.add(alarm);
    return () => void alarms.delete(alarm);
  };
  const run = (ms: number): void => {
    for (const end = now + ms; now < end; ) {
      now += 10;
      for (const alarm of [...alarms]) if (alarm.time <= now && alarms.delete(alarm)) alarm.wake();
    }
  };
  const sleep = (ms: number): void => {
    now += ms;
  };
  return { clock: { now: () => now, at }, run, sleep, alarms };
}

test('a process that runs is never dazed', () => {
  const { clock, run } = createSleeper();
  const watch = new SleepWatch(clock);
  for (let i = 0; i < 100; i++) {
    run(130);
    expect(watch.isDazed).toBe(false);
  }
});

test('one that slept is dazed at once, and until a look that began afterwards', () => {
  const { clock, run, sleep } = createSleeper();
  const watch = new SleepWatch(clock);
  run(1_000);
  const before = clock.now();
  sleep(900);
  expect(watch.isDazed, 'whatever runs first').toBe(true);
  watch.looked(before);
  run(5_000);
  expect(watch.isDazed, 'a look of before the sleep says nothing').toBe(true);
  watch.looked(clock.now());
  expect(watch.isDazed).toBe(false);
});

test('a look over which it slept says nothing, and a short pause is no sleep', () => {
  const { clock, alarms, run, sleep } = createSleeper();
  const watch = new SleepWatch(clock);
  run(1_000);
  sleep(500);
  run(1_000);
  expect(watch.isDazed).toBe(false);
  const since = clock.now();
  sleep(2_000);
  run(200);
  watch.looked(since);
  expect(watch.isDazed).toBe(true);
  watch.close();
  expect(alarms.size).toBe(0);
});

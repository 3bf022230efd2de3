import { expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { Turnstile } from './turnstile.ts';

test('one at a time, in the order of coming, and nobody waits longer than they may', async () => {
  const clock = new VirtualClock();
  const turnstile = new Turnstile(clock);
  const passed: string[] = [];
  const enter = (name: string, budgetMs: number) =>
    turnstile.enter(budgetMs).then(
      () => passed.push(name),
      (error: { readonly code: string }) => passed.push(`${name}: ${error.code}`),
    );
  await enter('first', 1000);
  const waiting = [enter('second', 3000), enter('hasty', 100), enter('third', 3000)];
  await clock.advance(150);
  expect(passed).toEqual(['first', 'hasty: store-timeout']);
  turnstile.leave();
  await clock.advance(10);
  turnstile.leave();
  await Promise.all(waiting);
  expect(passed.slice(2)).toEqual(['second', 'third']);
  turnstile.leave();
  await enter('fourth', 1);
  expect(passed.at(-1)).toBe('fourth');
  expect(clock.alarms).toBe(0);
});

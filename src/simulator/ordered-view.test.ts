import { expect, test } from 'vitest';
import type { ViewItem } from './live-view.ts';
import { OrderedView } from './ordered-view.ts';
import { VirtualClock } from './virtual-clock.ts';

const state = (at: number): ViewItem => ({ type: 'state', at, state: 'LISTENING' });

test('what is known late is shown in its place, and nothing is held for ever', () => {
  const clock = new VirtualClock();
  const shown: (number | undefined)[] = [];
  const view = new OrderedView(clock, { show: ({ at }) => shown.push(at) });
  view.show({ type: 'notice', text: 'ringing' });
  view.show(state(1_000));
  clock.advanceTo(500);
  view.show(state(800));
  expect(shown).toEqual([]);
  clock.advanceTo(900);
  expect(shown).toEqual([undefined, 800, 1_000]);
  clock.advanceTo(1_500);
  view.show(state(1_400));
  view.end();
  expect(shown).toEqual([undefined, 800, 1_000, 1_400]);
  expect(clock.alarms).toBe(0);
});

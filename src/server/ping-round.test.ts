import { expect, test } from 'vitest';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { PingRound } from './ping-round.ts';

function join(round: PingRound) {
  const seen: string[] = [];
  const place = round.join({ ping: (missed) => seen.push(`ping ${missed}`), lost: () => seen.push('lost') });
  return { seen, place };
}

test('a silent peer is pinged twice and lost at the third round; a living one is pinged for ever', () => {
  const clock = new VirtualClock();
  const round = new PingRound(clock, 10_000);
  const silent = join(round);
  const living = join(round);
  for (let time = 10_000; time <= 30_000; time += 10_000) {
    clock.advanceTo(time);
    living.place.alive();
  }
  expect(silent.seen).toEqual(['ping 0', 'ping 1', 'lost']);
  expect(living.seen).toEqual(['ping 0', 'ping 0', 'ping 0']);
});

test('one missed pong is forgiven', () => {
  const clock = new VirtualClock();
  const { seen, place } = join(new PingRound(clock, 10_000));
  clock.advanceTo(20_000);
  place.alive();
  clock.advanceTo(40_000);
  expect(seen).toEqual(['ping 0', 'ping 1', 'ping 0', 'ping 1']);
});

test('there is one timer for all, and none when the last has left, even from within a round', () => {
  const clock = new VirtualClock();
  const round = new PingRound(clock, 10_000);
  const first = join(round);
  const leaving = round.join({ ping: () => leaving.leave(), lost: () => {} });
  expect(clock.alarms).toBe(1);
  clock.advanceTo(10_000);
  expect(clock.alarms).toBe(1);
  first.place.leave();
  first.place.leave();
  expect(clock.alarms).toBe(0);
  join(round);
  expect(clock.alarms).toBe(1);
});

test('peers that came at different times are not pinged together', () => {
  const clock = new VirtualClock();
  const round = new PingRound(clock, 10_000);
  const early = join(round);
  clock.advanceTo(5_000);
  const late = join(round);
  clock.advanceTo(14_999);
  expect([early.seen, late.seen]).toEqual([['ping 0'], []]);
  clock.advanceTo(15_000);
  expect([early.seen, late.seen]).toEqual([['ping 0'], ['ping 0']]);
});

import { expect, test } from 'vitest';
import type { CallEffect, CallEvent } from '../core/call-event.ts';
import { EarTimer } from './turn-timing.ts';

const mark = (at: number, playedMs: number, reply = 2): CallEvent => ({
  type: 'mark',
  reply,
  generation: 0,
  playedMs,
  last: false,
  at,
});
const answer: CallEffect = { type: 'answer-start', reply: 2 };

function heard(...steps: readonly (readonly [CallEvent, ...CallEffect[]])[]): (number | undefined)[] {
  const timer = new EarTimer();
  return steps.map(([event, ...effects]) => timer.take(event, effects)).filter((ms) => ms !== undefined);
}

const BEFORE = [[{ type: 'speech-end', since: 1_000, at: 1_200 }], [{ type: 'deadline', at: 1_450 }, answer]] as const;

test('the wait ends where the first mark proves that the carrier began to play, and is told once', () => {
  expect(heard(...BEFORE, [mark(2_000, 400)], [mark(2_400, 800)])).toEqual([600]);
});

test('a mark of another reply, or of nothing, proves nothing', () => {
  expect(heard(...BEFORE, [mark(1_900, 400, 1)], [mark(1_950, 0)])).toEqual([]);
});

test('after a pause or a clear the beginning is not known any more', () => {
  expect(
    heard(
      ...BEFORE,
      [
        { type: 'deadline', at: 1_700 },
        { type: 'reply-cancel', reply: 2 },
      ],
      [mark(2_000, 400)],
    ),
  ).toEqual([]);
  const pause: CallEffect = { type: 'playout-pause', reply: 2, generation: 1, heardMs: 100 };
  expect(heard(...BEFORE, [{ type: 'deadline', at: 1_700 }, pause], [mark(2_000, 400)])).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { directionOf } from '../language/direction.ts';
import { indexAt, wordsInTime } from '../pages/call/words-in-time.ts';
import { EMPTY_TRANSCRIPT, unheardOf, withLines } from './transcript.ts';

describe('the lines of a call that goes on', () => {
  const turn = (who: 'caller' | 'agent', text: string) =>
    ({ type: 'turn', at: 1, who, text, intended: null, fromMs: 0, toMs: 1, interrupted: false }) as const;

  test('a turn takes the place of the partial before it, and of the sentences that became it', () => {
    const open = withLines(EMPTY_TRANSCRIPT, [
      { type: 'partial', at: 1, text: 'I would' },
      { type: 'partial', at: 2, text: 'I would like' },
      { type: 'sentence', at: 3, reply: 1, text: 'Which day?' },
    ]);
    expect(open.partial?.text).toBe('I would like');
    expect(open.begun).toHaveLength(1);
    const closed = withLines(open, [turn('caller', 'I would like a cleaning'), turn('agent', 'Which day?')]);
    expect(closed.partial).toBeUndefined();
    expect(closed.begun).toEqual([]);
    expect(closed.entries.map(({ key }) => key)).toEqual([1, 2]);
  });

  test('only the newest reply has sentences begun', () => {
    const { begun } = withLines(EMPTY_TRANSCRIPT, [
      { type: 'sentence', at: 1, reply: 1, text: 'a' },
      { type: 'sentence', at: 2, reply: 2, text: 'b' },
      { type: 'sentence', at: 3, reply: 2, text: 'c' },
    ]);
    expect(begun.map(({ text }) => text)).toEqual(['b', 'c']);
  });

  test.each([
    ['Which day', 'Which day suits you?', 'suits you?'],
    ['which day,', 'Which day suits you?', 'suits you?'],
    ['', 'All of it', 'All of it'],
    ['All of it', null, ''],
  ])('of %o meant as %o was not heard: %o', (text, intended, unheard) => {
    expect(unheardOf(text, intended)).toBe(unheard);
  });
});

test.each([
  ['שלום, Kav', 'rtl'],
  ['Kav: שלום לכולם', 'rtl'],
  ['Hello, שלום', 'ltr'],
  ['050-1234567', 'ltr'],
  ['', 'ltr'],
])('%o reads %s', (text, direction) => {
  expect(directionOf(text)).toBe(direction);
});

test('words lie in order within their turn, and the one at a time is found', () => {
  const words = wordsInTime({ text: 'one two  three', fromMs: 1_000, toMs: 2_400 });
  expect(words.map(({ atMs }) => atMs)).toEqual([1_000, 1_400, 1_800]);
  const starts = words.map(({ atMs }) => atMs);
  expect([0, 1_000, 1_399, 1_800, 9_000].map((ms) => indexAt(starts, ms))).toEqual([-1, 0, 0, 2, 2]);
});

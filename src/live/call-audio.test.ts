import { describe, expect, test } from 'vitest';
import { CallAudio } from './call-audio.ts';
import { SIDES } from './live-call.ts';

const frame = (value: number): Uint8Array => new Uint8Array(160).fill(value);
/** Loud enough that nobody takes it for silence that can be left out. */
const LOUD = 0x10;

/** A call that began with the clock. */
const heardFrom = (now: number): CallAudio => new CallAudio((at) => Math.max(0, at), now);

const valuesOf = (audio: Uint8Array): readonly number[] => [...new Set(audio)];

describe('what is heard of a call', () => {
  test('has both sides on one grid, in pieces of 100 ms', () => {
    const audio = heardFrom(1_000);
    for (let at = 1_020; at <= 1_300; at += 20) audio.caller(frame(LOUD), at);
    for (let i = 0; i < 10; i++) audio.agent(frame(i + 1), 1_000 + 20 * i);
    const pieces = audio.take(1_260);
    expect(pieces.map(({ atMs, side }) => [atMs, side])).toEqual([
      [940, SIDES.caller],
      [940, SIDES.agent],
      [1_040, SIDES.caller],
      [1_040, SIDES.agent],
    ]);
    expect(valuesOf(pieces[2]!.audio)).toEqual([LOUD]);
    expect(valuesOf(pieces[3]!.audio)).toEqual([3, 4, 5, 6, 7]);
    expect(audio.take(1_290), 'nothing twice').toEqual([]);
  });

  test('is what was played, not what was queued and then cleared', () => {
    const audio = heardFrom(1_000);
    for (let i = 0; i < 10; i++) audio.agent(frame(5), 1_000 + 20 * i);
    audio.cleared(1_060);
    audio.agent(frame(7), 1_100);
    const [, first, , second] = audio.take(1_300);
    expect(valuesOf(first!.audio.subarray(480)), 'from its beginning').toEqual([5]);
    expect(valuesOf(second!.audio.subarray(0, 160)), 'until the clear').toEqual([5]);
    expect(valuesOf(second!.audio.subarray(160, 480)), 'silence after it').toEqual([0xff]);
    expect(valuesOf(second!.audio.subarray(480, 640)), 'the next reply').toEqual([7]);
  });

  test('leaves out what comes too late, and never shows it at another time', () => {
    const audio = heardFrom(1_000);
    audio.take(1_400);
    audio.agent(frame(9), 1_100);
    audio.agent(frame(9), 1_120);
    for (let now = 1_500; now <= 4_000; now += 100)
      for (const piece of audio.take(now)) if (piece.atMs !== 1_100) expect(valuesOf(piece.audio)).toEqual([0xff]);
  });

  test('goes on from now after the process has slept', () => {
    const audio = heardFrom(1_000);
    const pieces = audio.take(20_000);
    expect(pieces).toHaveLength(2);
    expect(pieces[0]!.atMs).toBe(19_840);
  });
});

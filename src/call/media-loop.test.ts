import { describe, expect, test } from 'vitest';
import type { VadEdge } from '../audio/vad.ts';
import { MediaLoop } from './media-loop.ts';

function rig(edges: Readonly<Record<number, VadEdge>> = {}) {
  const log: string[] = [];
  let frames = 0;
  let silent = 0;
  const loop = new MediaLoop({
    vad: {
      push: (frame) => {
        if (frame.every((byte) => byte === 0xff)) silent++;
        return edges[++frames];
      },
    },
    stt: {
      write: () => {},
      speechStarted: () => log.push('stt started'),
      speechEnded: () => log.push('stt ended'),
      expect: () => {},
      close: async () => {},
    },
    isEcho: (frame) => frame[0] === ECHO,
    onEdge: ({ type }) => log.push(type),
    onGap: (gapMs) => log.push(`gap ${gapMs}`),
  });
  return { loop, log, frames: () => frames, silent: () => silent };
}

const ECHO = 77;
const frame = new Uint8Array(160).fill(1);

describe('the media loop', () => {
  test('the core hears of an edge before the recogniser does', () => {
    const { loop, log } = rig({
      1: { type: 'speech-start', agoMs: 60 },
      2: { type: 'speech-sustained', agoMs: 0 },
      3: { type: 'speech-end', agoMs: 200 },
    });
    for (let i = 0; i < 3; i++) loop.push(frame, i * 20);
    expect(log).toEqual(['speech-start', 'stt started', 'speech-sustained', 'speech-end', 'stt ended']);
  });

  test('pieces of any size make whole frames', () => {
    const { loop, frames } = rig();
    for (let i = 0; i < 320; i++) loop.push(frame.subarray(0, 1), i / 8);
    expect(frames()).toBe(2);
    loop.push(new Uint8Array(20 * 1024), 40);
    expect(loop.framesReceived).toBe(130);
  });

  test('what the carrier left out is filled with silence', () => {
    const { loop, log, silent } = rig();
    loop.push(frame, 102);
    loop.push(frame, 122);
    loop.push(frame, 242);
    expect(log).toEqual(['gap 100']);
    expect(silent()).toBe(5);
  });

  test('rounding, repeats, a clock that goes back and one that leaps are no gaps', () => {
    const { loop, log, frames } = rig();
    for (const timestamp of [102, 123, 142, 142, 20, 40, 9_000_000, 9_000_020]) loop.push(frame, timestamp);
    expect(log).toEqual([]);
    expect(frames()).toBe(8);
  });

  test('what is only echo is silence to everybody', () => {
    const { loop, silent, frames } = rig();
    loop.push(new Uint8Array(160).fill(ECHO), 0);
    loop.push(frame, 20);
    expect([frames(), silent()]).toEqual([2, 1]);
  });
});

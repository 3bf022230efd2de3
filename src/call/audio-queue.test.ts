import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAME_BYTES } from '../audio/frame.ts';
import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { AudioQueue } from './audio-queue.ts';

const counting = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) % 251);

function takeAll(queue: AudioQueue): number[] {
  const frame = new Uint8Array(FRAME_BYTES);
  const out: number[] = [];
  while (queue.pendingBytes > 0) {
    const size = Math.min(FRAME_BYTES, queue.pendingBytes);
    queue.take(frame);
    out.push(...frame.subarray(0, size));
  }
  return out;
}

describe('an audio queue', () => {
  test('gives whole frames, and pads the remainder', () => {
    const queue = new AudioQueue();
    queue.push(counting(100));
    queue.push(counting(70, 100));
    const frame = new Uint8Array(FRAME_BYTES);
    queue.take(frame);
    expect([...frame]).toEqual([...counting(FRAME_BYTES)]);
    queue.take(frame);
    expect([...frame.subarray(0, 11)]).toEqual([...counting(10, 160), MULAW_SILENCE]);
    expect(queue.pendingBytes).toBe(0);
  });

  test('what was taken can be taken back, whatever the chunks were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
        fc.nat(20),
        fc.nat(20),
        (lengths, taken, back) => {
          const queue = new AudioQueue();
          const total = lengths.reduce((sum, length) => sum + length, 0);
          let at = 0;
          for (const length of lengths) {
            queue.push(counting(length, at));
            at += length;
          }
          const frames = Math.min(taken, Math.floor(total / FRAME_BYTES));
          const frame = new Uint8Array(FRAME_BYTES);
          for (let i = 0; i < frames; i++) queue.take(frame);
          const undone = Math.min(back, frames);
          queue.goBack(undone * FRAME_BYTES);
          const from = (frames - undone) * FRAME_BYTES;
          expect(takeAll(queue)).toEqual([...counting(total - from, from)]);
        },
      ),
    );
  });

  test('no more comes back than is kept, and nothing that was never taken', () => {
    const queue = new AudioQueue();
    for (let i = 0; i < 100; i++) queue.push(counting(800, i));
    const frame = new Uint8Array(FRAME_BYTES);
    for (let i = 0; i < 500; i++) queue.take(frame);
    expect(queue.pendingBytes).toBe(0);
    queue.goBack(1_000_000);
    expect(queue.pendingBytes).toBeGreaterThanOrEqual(16_000);
    expect(queue.pendingBytes).toBeLessThan(18_000);
    const fresh = new AudioQueue();
    fresh.push(counting(320));
    fresh.goBack(500);
    expect(fresh.pendingBytes).toBe(320);
  });
});

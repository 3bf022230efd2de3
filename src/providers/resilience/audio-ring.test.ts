import { describe, expect, test } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import { AudioRing } from './audio-ring.ts';

const bytes = (from: number, count: number) => Uint8Array.from({ length: count }, (_, i) => (from + i) % 256);

describe('an audio ring', () => {
  test('remembers the newest bytes by their position in the stream', () => {
    const ring = new AudioRing(10);
    ring.write(bytes(0, 4));
    expect([ring.start, ring.end]).toEqual([0, 4]);
    ring.write(bytes(4, 4));
    ring.write(bytes(8, 4));
    expect([ring.start, ring.end]).toEqual([2, 12]);
    const into = new Uint8Array(10);
    expect(ring.read(2, into)).toBe(10);
    expect(into).toEqual(bytes(2, 10));
    expect(ring.read(9, into)).toBe(3);
    expect(into.subarray(0, 3)).toEqual(bytes(9, 3));
  });

  test('pieces of any length leave it as one stream', () => {
    const random = createRandom(7);
    const ring = new AudioRing(100);
    for (let end = 0; end < 5_000; ) {
      const count = Math.floor(random() * 260);
      ring.write(bytes(end, count));
      end += count;
      expect(ring.end).toBe(end);
      const into = new Uint8Array(100);
      const there = ring.read(ring.start, into);
      expect(into.subarray(0, there)).toEqual(bytes(ring.start, end - ring.start));
    }
  });

  test('copies what the caller will overwrite', () => {
    const ring = new AudioRing(8);
    const frame = bytes(1, 4);
    ring.write(frame);
    frame.fill(0);
    const into = new Uint8Array(4);
    ring.read(0, into);
    expect(into).toEqual(bytes(1, 4));
  });
});

import { expect, test } from 'vitest';
import { AudioTail } from './audio-tail.ts';

test('keeps the newest bytes at their positions, however they come', () => {
  const all = Uint8Array.from({ length: 1_000 }, (_, i) => i % 251);
  const tail = new AudioTail(64);
  for (let at = 0, size = 0; at < all.length; at += size, size = (size + 7) % 100) {
    tail.push(all.subarray(at, at + size));
    const end = Math.min(all.length, at + size);
    expect(tail.end).toBe(end);
    expect(tail.start).toBe(Math.max(0, end - 64));
    expect(tail.copy(tail.start, end)).toEqual(all.slice(tail.start, end));
  }
});

test('a copy is a copy', () => {
  const tail = new AudioTail(4);
  tail.push(Uint8Array.of(1, 2, 3, 4));
  const copy = tail.copy(0, 4);
  tail.push(Uint8Array.of(5, 6));
  expect(copy).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(tail.copy(3, 5)).toEqual(Uint8Array.of(4, 5));
});

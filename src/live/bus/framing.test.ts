import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutMessage, PartReader } from './framing.ts';

describe('messages as notifications', () => {
  test('are whole again whatever they hold and in whatever order they come, and fit', () => {
    const text = fc.string({ unit: 'binary', minLength: 0, maxLength: 30_000 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.nat()), (message, order) => {
        const parts = cutMessage(message.toWellFormed(), 'a-1');
        for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThan(8_000);
        const reader = new PartReader();
        const shuffled = parts.map((part) => [order.next().value, part] as const).sort(([a], [b]) => a - b);
        const read = shuffled.map(([, part]) => reader.take(part)).filter((whole) => whole !== undefined);
        expect(read).toEqual([message.toWellFormed()]);
      }),
      { numRuns: 60 },
    );
  });

  test('that have lost a part never come, and are forgotten', () => {
    const reader = new PartReader();
    for (let i = 0; i < 200; i++) {
      const [first] = cutMessage('x'.repeat(20_000), `a-${i}`);
      expect(reader.take(first!)).toBeUndefined();
    }
    const parts = cutMessage('y'.repeat(20_000), 'b-1');
    expect(parts.map((part) => reader.take(part)).at(-1)).toBe('y'.repeat(20_000));
  });

  test('that are no such parts are themselves, or nothing', () => {
    const reader = new PartReader();
    expect(reader.take('{"type":"want"}')).toBe('{"type":"want"}');
    expect(reader.take('part a 7 3\nx')).toBeUndefined();
    expect(reader.take('part a 0 999\nx')).toBeUndefined();
  });
});

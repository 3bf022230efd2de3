import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRange } from './range.ts';

test.each([
  ['bytes=0-0', { from: 0, to: 0 }],
  ['bytes=5-', { from: 5, to: 9 }],
  ['bytes=-3', { from: 7, to: 9 }],
  ['bytes=-30', { from: 0, to: 9 }],
  ['bytes=2-100', { from: 2, to: 9 }],
  ['bytes=-0', undefined],
  ['bytes=10-', undefined],
  ['bytes=4-3', undefined],
  ['bytes=-', undefined],
  ['bytes=1-2,4-5', undefined],
  ['lines=1-2', undefined],
  [undefined, undefined],
])('%s of ten bytes', (header, part) => expect(parseRange(header, 10)).toEqual(part));

test('whatever is asked for lies within the file', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(1_000), (junk, from, to, bytes) => {
      for (const header of [junk, `bytes=${from}-${to}`, `bytes=${from}-`, `bytes=-${to}`, `bytes=${junk}`]) {
        const part = parseRange(header, bytes);
        if (part) expect(0 <= part.from && part.from <= part.to && part.to < bytes).toBe(true);
      }
    }),
  );
});

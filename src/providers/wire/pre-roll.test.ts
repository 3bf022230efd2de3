import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PreRoll } from './pre-roll.ts';

test('keeps the newest bytes in order, whatever the pieces, and is empty once taken', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 40 }), fc.nat({ max: 50 }), (audio, capacity, newest) => {
      const preRoll = new PreRoll(capacity);
      for (let round = 0; round < 2; round++) {
        for (const piece of audio) preRoll.push(piece);
        const all = audio.flatMap((piece) => [...piece]);
        expect([...preRoll.newest(newest)]).toEqual(all.slice(-capacity).slice(newest === 0 ? all.length : -newest));
        expect([...preRoll.take()]).toEqual(all.slice(-capacity));
        expect(preRoll.take().length).toBe(0);
      }
    }),
  );
});

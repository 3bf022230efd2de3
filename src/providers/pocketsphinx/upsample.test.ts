import { expect, test } from 'vitest';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { Upsampler } from './upsample.ts';

test('gives two samples for one, and the same however the input is cut', () => {
  const mulaw = encodeMulaw(Int16Array.from({ length: 500 }, (_, i) => 8_000 * Math.sin(i / 3)));
  const whole = new Upsampler().process(mulaw);
  const pieces = new Upsampler();
  const cut = [0, 1, 160, 161, 320, 500].flatMap((end, i, ends) => [
    ...pieces.process(mulaw.subarray(ends[i - 1] ?? 0, end)),
  ]);
  expect(whole.length).toBe(1_000);
  expect(cut).toEqual([...whole]);
});

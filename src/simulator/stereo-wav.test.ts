import { expect, test } from 'vitest';
import { encodeMulaw } from '../audio/mulaw.ts';
import { parseWav } from '../audio/wav.ts';
import { serializeStereoWav } from './stereo-wav.ts';

test('the caller is left, the agent right', () => {
  const caller = encodeMulaw(Int16Array.of(1_000, 1_000));
  const agent = encodeMulaw(Int16Array.of(-8_000, -8_000));
  const { sampleRateHz, channels } = parseWav(serializeStereoWav(caller, agent));
  expect(sampleRateHz).toBe(8_000);
  expect(channels.map((samples) => Math.sign(samples[1]!))).toEqual([1, -1]);
});

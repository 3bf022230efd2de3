import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMulaw } from '../audio/mulaw.ts';
import type { AudioChunk } from '../providers/contracts.ts';
import { encodeSpeech } from './encode-speech.ts';

async function encode(chunks: readonly AudioChunk[]): Promise<Buffer> {
  async function* speak(): AsyncGenerator<AudioChunk> {
    yield* chunks;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeSpeech(speak())) pieces.push(piece);
  return Buffer.concat(pieces);
}

const pcm = (sampleRateHz: number, samples: number): AudioChunk => ({
  encoding: 'pcm16',
  sampleRateHz,
  data: Int16Array.from({ length: samples }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRateHz)),
});

test('a second of speech is a second of telephone audio, at any rate', async () => {
  for (const rate of [8_000, 16_000, 22_050, 24_000, 48_000])
    expect(await encode([pcm(rate, rate)])).toHaveLength(8_000);
});

test('the loudness stays', async () => {
  const samples = decodeMulaw(await encode([pcm(24_000, 24_000)])).subarray(800, 7_200);
  const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  expect(rms).toBeGreaterThan(0.95 * (8_000 / Math.SQRT2));
  expect(rms).toBeLessThan(1.05 * (8_000 / Math.SQRT2));
});

test('the pieces do not matter', async () => {
  const whole = pcm(24_000, 9_600) as Extract<AudioChunk, { encoding: 'pcm16' }>;
  const expected = await encode([whole]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 10 }), async (sizes) => {
      const cuts = [
        0,
        ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b)).filter((at) => at < 9_600),
        9_600,
      ];
      const chunks = cuts.slice(1).map((to, i): AudioChunk => ({ ...whole, data: whole.data.subarray(cuts[i], to) }));
      expect((await encode(chunks)).equals(expected)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a voice that changes its form in mid-sentence keeps the order', async () => {
  const mulaw: AudioChunk = { encoding: 'mulaw', data: new Uint8Array(800).fill(0xff) };
  const audio = await encode([pcm(16_000, 3_200), mulaw, pcm(24_000, 2_400)]);
  expect(audio).toHaveLength(1_600 + 800 + 800);
  expect(audio.subarray(1_600, 2_400).every((byte) => byte === 0xff)).toBe(true);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeMulaw } from '../audio/mulaw.ts';
import { toneMulaw, tonePcm } from '../audio/tone.ts';
import { serializeWav } from '../audio/wav.ts';
import { ConfigError } from '../core/errors.ts';
import { loadRecordedAudio } from './recorded-audio.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'kav-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** Rising zero crossings in one second of the middle. */
function frequencyHz(mulaw: Uint8Array): number {
  const samples = decodeMulaw(mulaw).subarray(1_000, 3_000);
  let crossings = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 && samples[i]! >= 0) crossings++;
  return (crossings * 8_000) / samples.length;
}

describe('loadRecordedAudio', () => {
  test('reads an MP3 of 16 kHz', async () => {
    const audio = await loadRecordedAudio(fileURLToPath(new URL('./fixtures/tone-1khz.mp3', import.meta.url)));
    expect(audio.length / 8).toBeGreaterThanOrEqual(490);
    expect(audio.length / 8).toBeLessThan(600);
    expect(Math.abs(frequencyHz(audio) - 1_000)).toBeLessThan(10);
  });

  test('reads a stereo WAV of 44.1 kHz as the mean of its channels', async () => {
    const tone = tonePcm({ frequencyHz: 600, durationMs: 500, sampleRateHz: 44_100 });
    const silence = new Int16Array(tone.length);
    const file = write('stereo.WAV', serializeWav({ sampleRateHz: 44_100, channels: [tone, silence] }));
    const audio = await loadRecordedAudio(file);
    expect(audio.length).toBe(4_000);
    expect(Math.abs(frequencyHz(audio) - 600)).toBeLessThan(10);
    expect(Math.max(...decodeMulaw(audio))).toBeGreaterThan(3_500);
    expect(Math.max(...decodeMulaw(audio))).toBeLessThan(4_500);
  });

  test.each(['greeting.ul', 'greeting.ulaw'])('takes %s as it is', async (name) => {
    const tone = toneMulaw({ frequencyHz: 500, durationMs: 40 });
    expect(Uint8Array.from(await loadRecordedAudio(write(name, tone)))).toEqual(tone);
  });

  test.each([
    ['garbage.mp3', new Uint8Array(5_000).map((_, i) => (i * 37) % 251)],
    ['empty.mp3', new Uint8Array(0)],
    ['garbage.wav', new Uint8Array(100)],
    ['no-samples.wav', serializeWav({ sampleRateHz: 8_000, channels: [new Int16Array(0)] })],
    ['empty.ul', new Uint8Array(0)],
    ['greeting.ogg', new Uint8Array(10)],
    ['greeting', new Uint8Array(10)],
  ])('refuses %s by its path', async (name, bytes) => {
    const file = write(name, bytes);
    const error = await loadRecordedAudio(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ key: file });
  });

  test('refuses a file that is not there', async () => {
    const file = path.join(folder, 'missing.wav');
    await expect(loadRecordedAudio(file)).rejects.toMatchObject({ code: 'config-invalid', key: file });
  });
});

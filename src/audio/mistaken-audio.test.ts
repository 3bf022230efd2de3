import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFlite } from '../providers/flite/client.ts';
import { VirtualClock } from '../simulator/virtual-clock.ts';
import { findContainer, isAbsurdlyLong, isAbsurdlyShort, isPcm16 } from './mistaken-audio.ts';
import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from './mulaw.ts';
import { Resampler } from './resample.ts';
import { dtmfMulaw, tonePcm } from './tone.ts';
import { serializeWav } from './wav.ts';

const SENTENCES = [
  'Your appointment is on Tuesday, at half past ten, with Doctor Brown.',
  'She sells sea shells, fifty six of them.',
  'Oh no, mama.',
];
const GAINS = [0.01, 0.1, 0.5, 1, 2, 6];

async function readAloud(): Promise<Int16Array[]> {
  const voice = createFlite({ clock: new VirtualClock(), env: {}, warn: () => {} });
  const spoken: Int16Array[] = [];
  for (const name of ['slt', 'rms']) {
    const session = voice.open({ callSid: 'CA00', language: 'en-US', voice: name });
    for (const text of SENTENCES) {
      const pieces: Uint8Array[] = [];
      for await (const { data } of session.synthesize(text, new AbortController().signal)) {
        if (data instanceof Uint8Array) pieces.push(data);
      }
      spoken.push(decodeMulaw(Buffer.concat(pieces)));
    }
  }
  await voice.close();
  return spoken;
}

const speech = await readAloud();

const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));
const louder = (samples: Int16Array, gain: number): Int16Array => samples.map((value) => clip(value * gain));
const bytesOf = (samples: Int16Array): Uint8Array => new Uint8Array(samples.buffer);
const swapped = (samples: Int16Array): Uint8Array => new Uint8Array(Buffer.from(samples.slice().buffer).swap16());
const isRefused = (bytes: Uint8Array): boolean => isPcm16(bytes) || findContainer(bytes) !== undefined;

/** Sounds as instruments, lines and rooms make them: what passes the telephone band, clipped or not. */
const sound = fc
  .record({
    partials: fc.array(
      fc.record({
        hz: fc.oneof(fc.double({ min: 30, max: 3_800, noNaN: true }), fc.constantFrom(500, 1_000, 2_000)),
        phase: fc.double({ min: 0, max: 6.28, noNaN: true }),
        level: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
    noise: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
    peak: fc.double({ min: 0, max: 16, noNaN: true }).map((bits) => 2 ** bits),
    tremoloHz: fc.double({ min: 0, max: 20, noNaN: true }),
    samples: fc.constantFrom(160, 640, 1_600, 4_000),
  })
  .map(({ partials, noise, seed, peak, tremoloHz, samples }) => {
    let state = seed;
    return Int16Array.from({ length: samples }, (_, i) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      const tones = partials.reduce(
        (sum, { hz, phase, level }) => sum + level * Math.sin(i * hz * 7.853e-4 + phase),
        0,
      );
      const tremolo = 0.6 + 0.4 * Math.sin(i * tremoloHz * 7.853e-4);
      return clip(peak * tremolo * (tones + noise * (state / 2 ** 31)));
    });
  });

describe('real µ-law is never refused', () => {
  test('speech, soft or clipped, from anywhere', () => {
    for (const samples of speech) {
      for (const gain of GAINS) {
        const audio = encodeMulaw(louder(samples, gain));
        for (let from = 0; from + 640 <= audio.length; from += 333) {
          expect(isRefused(audio.subarray(from, from + 640))).toBe(false);
          expect(isRefused(audio.subarray(from))).toBe(false);
        }
      }
    }
  });

  test('silence, digital or not, tones and keys', () => {
    expect(isRefused(new Uint8Array(16_000).fill(MULAW_SILENCE))).toBe(false);
    expect(isRefused(new Uint8Array(16_000).fill(0x7f))).toBe(false);
    expect(isRefused(Uint8Array.from({ length: 16_000 }, (_, i) => (i % 3 === 0 ? 0x7f : 0xff)))).toBe(false);
    for (const key of '0123456789*#') expect(isRefused(dtmfMulaw(key, 300))).toBe(false);
    for (let frequencyHz = 50; frequencyHz < 4_000; frequencyHz += 50) {
      for (const amplitude of [50, 2_000, 32_000]) {
        expect(isRefused(encodeMulaw(tonePcm({ frequencyHz, durationMs: 400, amplitude })))).toBe(false);
      }
    }
  });

  test('music and noise', () => {
    fc.assert(
      fc.property(sound, (samples) => !isRefused(encodeMulaw(samples))),
      { numRuns: 1_500 },
    );
  });
});

describe('16-bit samples are recognised', () => {
  test.each([8_000, 16_000, 24_000, 48_000])('speech at %d Hz', (rateHz) => {
    for (const samples of speech) {
      const resampled = rateHz === 8_000 ? samples : new Resampler(8_000, rateHz).process(samples);
      for (const gain of [0.01, 0.1, 0.3, 1]) {
        const audio = louder(resampled, gain);
        expect(isPcm16(bytesOf(audio))).toBe(true);
        expect(isPcm16(bytesOf(audio).subarray(1))).toBe(true);
        expect(isPcm16(swapped(audio))).toBe(true);
      }
    }
  });

  test('silence, with and without dither', () => {
    expect(isPcm16(new Uint8Array(640))).toBe(true);
    expect(isPcm16(bytesOf(Int16Array.from({ length: 400 }, (_, i) => [0, -1, 1, 0, -1][i % 5]!)))).toBe(true);
  });

  test('but too few bytes say nothing', () => {
    expect(isPcm16(new Uint8Array(639))).toBe(false);
  });
});

describe('files are recognised by their beginning', () => {
  const mp3 = readFileSync(new URL('../providers/fixtures/tone-1khz.mp3', import.meta.url));

  test.each<[string, Uint8Array]>([
    ['WAV', serializeWav({ sampleRateHz: 8_000, channels: [new Int16Array(80)] })],
    ['MP3', mp3],
    ['MP3', mp3.subarray(firstSyncOf(mp3))],
    ['MP3', Buffer.from('ID3\u0004\0\0\0\0\0\0', 'latin1')],
    ['Ogg', Buffer.from('OggS\0\u0002', 'latin1')],
    ['FLAC', Buffer.from('fLaC\0\0\0\u0022', 'latin1')],
    ['JSON', Buffer.from('{"error":{"code":429}}')],
    ['JSON', Buffer.from('{\n  "error": "quota"\n}')],
  ])('%s', (name, bytes) => {
    expect(findContainer(bytes)).toBe(name);
  });

  test('and not by less than that', () => {
    expect(findContainer(new Uint8Array(0))).toBeUndefined();
    expect(findContainer(Buffer.from('RIFF'))).toBeUndefined();
    expect(findContainer(Uint8Array.of(0x7b, 0x22, 0xff, 0x80))).toBeUndefined();
    expect(findContainer(mp3.subarray(firstSyncOf(mp3), firstSyncOf(mp3) + 100))).toBeUndefined();
  });

  test('whatever the bytes, there is an answer', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => typeof isRefused(bytes) === 'boolean'));
  });
});

test('lengths that no voice has', () => {
  expect(isAbsurdlyLong(4_000, 1)).toBe(false);
  expect(isAbsurdlyLong(12_000, 12)).toBe(false); // a long number, digit by digit
  expect(isAbsurdlyLong(65_000, 50)).toBe(true);
  expect(isAbsurdlyShort(40, 48)).toBe(true);
  expect(isAbsurdlyShort(60, 1)).toBe(false);
  expect(isAbsurdlyShort(300, 20)).toBe(false);
});

function firstSyncOf(bytes: Uint8Array): number {
  return bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1]! & 0xe6) === 0xe2);
}

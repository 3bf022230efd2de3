import { describe, expect, test } from 'vitest';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import { serializeWav } from '../../audio/wav.ts';
import { ProviderError } from '../../core/errors.ts';
import { decodeBase64 } from './base64.ts';
import { MulawAudio } from './mulaw-audio.ts';

const who = { provider: 'test', operation: 'tts' } as const;
const tone = toneMulaw({ frequencyHz: 440, durationMs: 300 });

function take(bytes: Uint8Array, pieceBytes = bytes.length): Uint8Array {
  const audio = new MulawAudio(who);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) out.push(audio.take(bytes.subarray(at, at + pieceBytes)));
  return Uint8Array.from(Buffer.concat(out));
}

function mulawFile(rateHz: number, dataBytes: number, tail = ''): Uint8Array {
  const head = Buffer.alloc(46);
  head.write('RIFF\0\0\0\0WAVEfmt ', 0, 'latin1');
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(7, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.write('data', 38, 'latin1');
  head.writeUInt32LE(dataBytes, 42);
  return Buffer.concat([head, tone, Buffer.from(tail)]);
}

const pcmBytes = (samples: Int16Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

describe('µ-law from a vendor', () => {
  test.each([tone.length, 1, 7, 160])('raw audio passes as it is, in pieces of %i bytes', (pieceBytes) => {
    expect(take(tone, pieceBytes)).toEqual(tone);
  });

  test.each([5_000, 1, 3, 45])('a fitting WAV header is dropped, in pieces of %i bytes', (pieceBytes) => {
    expect(take(mulawFile(8000, tone.length), pieceBytes)).toEqual(tone);
    expect(take(mulawFile(8000, tone.length, 'LIST of rights'), pieceBytes)).toEqual(tone);
    expect(take(mulawFile(8000, 0xffff_ffff), pieceBytes)).toEqual(tone);
  });

  test('other WAV files are refused', () => {
    expect(() => take(mulawFile(16_000, tone.length))).toThrow(/16000 Hz/);
    const pcm = serializeWav({ sampleRateHz: 8000, channels: [new Int16Array(800)] });
    expect(() => take(pcm, 10)).toThrow(ProviderError);
    expect(() => take(Buffer.from(`RIFF....WAVE${'x'.repeat(5_000)}`), 100)).toThrow(ProviderError);
  });

  test.each([500, 3_000, 12_000])(
    '16-bit PCM is refused within a second, at amplitude %i and any piece',
    (amplitude) => {
      const noise = new Int16Array(12_000).map((_, i) =>
        Math.round(amplitude * Math.sin(i * 0.11) * Math.cos(i * 0.0173)),
      );
      expect(() => take(pcmBytes(noise), 2_000)).toThrow(/16-bit PCM/);
      expect(() => take(pcmBytes(tonePcm({ frequencyHz: 440, durationMs: 500, sampleRateHz: 24_000 })), 90)).toThrow(
        /16-bit PCM/,
      );
      expect(() => take(new Uint8Array(8_000))).toThrow(/16-bit PCM/);
    },
  );

  test('loud, clipped, quiet and silent µ-law all pass', () => {
    const square = encodeMulaw(new Int16Array(4_000).map((_, i) => (i % 40 < 20 ? 32_000 : -32_000)));
    const alternating = new Uint8Array(4_000).map((_, i) => (i % 2 === 0 ? 0x7f : 0xff));
    for (const audio of [square, alternating, new Uint8Array(4_000).fill(0xff), new Uint8Array(4_000).fill(0x7f)]) {
      expect(take(audio, 333)).toEqual(audio);
    }
  });

  test('base64 is read strictly', () => {
    expect([...decodeBase64(who, 'AQID')]).toEqual([1, 2, 3]);
    for (const text of ['AQI', 'AQ ID', 'AQID\n', 'A_-D', '!!!!', 'AQJ=']) {
      expect(() => decodeBase64(who, text)).toThrow(ProviderError);
    }
  });
});

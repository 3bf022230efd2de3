import { readFileSync } from 'node:fs';
import { protos } from '@google-cloud/text-to-speech';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import { serializeWav } from '../../audio/wav.ts';
import { readAudio, serializeStreaming, serializeUnary, splitText } from './tts-codec.ts';
import { parseVoiceMode } from './tts-options.ts';
import { chooseVoice } from './tts-voices.ts';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const lines = <T>(name: string): T[] =>
  fixture(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
const voiceOf = (language: string, model?: string) => chooseVoice({ callSid: 'CA00', language }, parseVoiceMode(model));

describe('requests', () => {
  const documented = JSON.parse(fixture('tts-requests.json'));
  const { SynthesizeSpeechRequest, StreamingSynthesizeRequest } = protos.google.cloud.texttospeech.v1;

  test('a unary request is the documented one, as the proto reads it', () => {
    const request = serializeUnary(voiceOf('en-US', 'Neural2'), 'Hello there.');
    expect(SynthesizeSpeechRequest.fromObject(request).toJSON()).toEqual(documented.unary);
  });

  test('a streamed request is the settings, then the text', () => {
    const messages = serializeStreaming(voiceOf('he-IL'), 'שלום.');
    expect(messages.map((message) => StreamingSynthesizeRequest.fromObject(message).toJSON())).toEqual(
      documented.streaming,
    );
  });
});

describe('splitText', () => {
  test.each(['', ' \n', '… — ?!', '\u0000\u0007'])('%j needs no request', (text) => {
    expect(splitText(text)).toEqual([]);
  });

  test('takes out what cannot be sent', () => {
    expect(splitText('a\u0000b \ud83d c')).toEqual(['a b   c']);
  });

  test('cuts at spaces, and a word that is too long between two characters', () => {
    const sentence = 'אני מחפשת דירה בתל אביב עם מרפסת. '.repeat(300).trim();
    const pieces = splitText(sentence);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join(' ')).toBe(sentence);
    expect(splitText('א'.repeat(4_000)).map((piece) => piece.length)).toEqual([2_500, 1_500]);
    expect(splitText('😀a'.repeat(2_000)).join('')).toBe('😀a'.repeat(2_000));
  });

  test('keeps every word of any text, in requests of 5000 bytes at most', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), { maxLength: 2_000 });
    fc.assert(
      fc.property(words, (list) => {
        const text = `${list.join(' ')} ${'end '.repeat(2_000)}`;
        const pieces = splitText(text);
        for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(5_000);
        const letters = (from: string): string => from.replace(/[^\p{L}\p{N}]/gu, '');
        expect(letters(pieces.join(' '))).toBe(letters(text));
      }),
      { numRuns: 30 },
    );
  });
});

describe('readAudio', () => {
  interface Documented {
    readonly name: string;
    readonly response: { readonly audioContent: string };
    readonly mulaw: string | null;
  }

  test.each(lines<Documented>('tts-unary-responses.jsonl').map((line) => [line.name, line] as const))(
    'a unary answer: %s',
    (_name, { response, mulaw }) => {
      const reading = readAudio(Buffer.from(response.audioContent, 'base64'));
      expect(reading.ok ? Buffer.from(reading.audio).toString('base64') : null).toBe(mulaw);
    },
  );

  test('a streamed header may not know how long the audio is', () => {
    const wav = mulawWav();
    for (const claim of [0, 0xffff_ffff]) {
      wav.writeUInt32LE(claim, 40);
      expect(readAudio(wav)).toEqual({ ok: true, audio: wav.subarray(44) });
    }
  });

  test('what follows the audio in its file is not spoken', () => {
    const wav = Buffer.concat([mulawWav(), Buffer.from('LIST\x04\x00\x00\x00junk', 'latin1')]);
    expect(readAudio(wav)).toEqual({ ok: true, audio: wav.subarray(44, 44 + 800) });
  });

  test('any part of a file is read or refused, and never out of bounds', () => {
    const wav = mulawWav();
    for (let length = 12; length < 44; length++) expect(readAudio(wav.subarray(0, length)).ok).toBe(false);
    expect(readAudio(wav.subarray(0, 44))).toMatchObject({ ok: true, audio: { length: 0 } });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        readAudio(Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), bytes]));
      }),
    );
  });

  test('16-bit samples are known from µ-law at any pitch, and µ-law is never taken for them', () => {
    for (let frequencyHz = 90; frequencyHz < 3_900; frequencyHz += 37) {
      expect(readAudio(toneMulaw({ frequencyHz, durationMs: 200 })).ok, `µ-law, ${frequencyHz} Hz`).toBe(true);
    }
    for (const frequencyHz of [150, 220, 440, 700]) {
      for (const amplitude of [1_500, 8_000, 16_000]) {
        const pcm = tonePcm({ frequencyHz, amplitude, durationMs: 200, sampleRateHz: 24_000 });
        expect(readAudio(new Uint8Array(pcm.buffer)).ok, `PCM, ${frequencyHz} Hz, ${amplitude}`).toBe(false);
      }
    }
    const noise = Uint8Array.from({ length: 4_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24);
    expect(readAudio(noise).ok).toBe(true);
    expect(readAudio(new Uint8Array(4_000).fill(0xff)).ok).toBe(true);
  });

  test('a WAV file of any other kind is no audio for a telephone', () => {
    const reading = readAudio(serializeWav({ sampleRateHz: 8_000, channels: [new Int16Array(80)] }));
    expect(reading).toEqual({ ok: false, problem: 'a WAV file of format 1, 1 × 8000 Hz' });
  });
});

function mulawWav(): Buffer {
  const [line] = lines<{ response: { audioContent: string } }>('tts-unary-responses.jsonl');
  const header = Buffer.from(line!.response.audioContent, 'base64').subarray(0, 44);
  const audio = toneMulaw({ frequencyHz: 440, durationMs: 100 });
  const wav = Buffer.concat([header, audio]);
  wav.writeUInt32LE(audio.length, 40);
  return wav;
}

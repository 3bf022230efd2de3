/**
 * Google Cloud Text-to-Speech v1 on the wire: what is asked for, and what audio comes back.
 * Source: https://cloud.google.com/text-to-speech/docs/reference/rpc/google.cloud.texttospeech.v1
 */
import type { protos } from '@google-cloud/text-to-speech';
import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { isSpeakable } from '../../text/speakable.ts';
import type { Voice } from './tts-voices.ts';

export type UnaryRequest = protos.google.cloud.texttospeech.v1.ISynthesizeSpeechRequest;
export type StreamingMessage = protos.google.cloud.texttospeech.v1.IStreamingSynthesizeRequest;

/** "The input size is limited to 5000 bytes." */
const MAX_TEXT_BYTES = 5_000;
const SPACE = 0x20;

const MULAW_8K = { audioEncoding: 'MULAW', sampleRateHertz: SAMPLE_RATE_HZ } as const;

export function serializeUnary(voice: Voice, text: string): UnaryRequest {
  return { input: { text }, voice: voiceParams(voice), audioConfig: MULAW_8K };
}

/** The first message holds the settings and no text, all others text only. */
export function serializeStreaming(voice: Voice, text: string): readonly StreamingMessage[] {
  return [{ streamingConfig: { voice: voiceParams(voice), streamingAudioConfig: MULAW_8K } }, { input: { text } }];
}

/**
 * The texts of the requests that speak it, in order: cut at spaces where it is longer than one request may be, without
 * what cannot be sent (control characters, halves of a surrogate pair). None when there is nothing to say.
 */
export function splitText(text: string): readonly string[] {
  const clean = text.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
  const bytes = Buffer.from(clean);
  if (bytes.length <= MAX_TEXT_BYTES) return isSpeakable(clean) ? [clean.trim()] : [];
  const pieces: string[] = [];
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = pieceEnd(bytes, start);
    pieces.push(bytes.toString('utf8', start, end).trim());
  }
  return pieces.filter(isSpeakable);
}

export type AudioReading =
  | { readonly ok: true; readonly audio: Uint8Array }
  /** What came instead of audio that a telephone can play. */
  | { readonly ok: false; readonly problem: string };

/**
 * The raw µ-law in an answer, or in one message of a streamed answer. Unary answers are WAV files ("audio content
 * returned as MULAW also contains a WAV header"), streamed ones are bare; either is taken both ways. Empty audio is
 * no problem here.
 */
export function readAudio(bytes: Uint8Array): AudioReading {
  if (hasTag(bytes, 0, 'RIFF') && hasTag(bytes, 8, 'WAVE')) return readWav(bytes);
  if (isPcm16(bytes)) return { ok: false, problem: '16-bit samples instead of µ-law' };
  return { ok: true, audio: bytes };
}

function voiceParams({ languageCode, name }: Voice): protos.google.cloud.texttospeech.v1.IVoiceSelectionParams {
  return name === undefined ? { languageCode } : { languageCode, name };
}

/** After the last space that fits, else between two characters. */
function pieceEnd(bytes: Buffer, start: number): number {
  let end = start + MAX_TEXT_BYTES;
  if (end >= bytes.length) return bytes.length;
  const space = bytes.lastIndexOf(SPACE, end);
  if (space > start) return space;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** Code of µ-law in the registry of RFC 2361. */
const WAV_MULAW = 7;
const FMT_BYTES = 16;

/** Walks the chunks: a header is 44 bytes only when nothing but `fmt ` and `data` is in it. */
function readWav(bytes: Uint8Array): AudioReading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isKnown = false;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const start = offset + 8;
    const claimed = view.getUint32(offset + 4, true);
    if (hasTag(bytes, offset, 'fmt ') && start + FMT_BYTES <= bytes.length) {
      const [code, channels, rateHz] = [
        view.getUint16(start, true),
        view.getUint16(start + 2, true),
        view.getUint32(start + 4, true),
      ];
      isKnown = code === WAV_MULAW && channels === 1 && rateHz === SAMPLE_RATE_HZ;
      if (!isKnown) return { ok: false, problem: `a WAV file of format ${code}, ${channels} × ${rateHz} Hz` };
    }
    // A streamed file cannot know its length, and says 0 or the most that it can.
    if (isKnown && hasTag(bytes, offset, 'data')) {
      return { ok: true, audio: bytes.subarray(start, claimed === 0 ? bytes.length : start + claimed) };
    }
    // Chunks are padded to an even length, which the length does not count.
    offset = start + claimed + (claimed % 2);
  }
  return { ok: false, problem: 'a WAV header that is cut off' };
}

function hasTag(bytes: Uint8Array, offset: number, tag: string): boolean {
  for (let i = 0; i < tag.length; i++) if (bytes[offset + i] !== tag.charCodeAt(i)) return false;
  return true;
}

/** Pairs of bytes: enough to tell by, and no more than it takes. */
const PCM_MIN_PAIRS = 200;
const PCM_MAX_PAIRS = 1_000;

/**
 * Whether it is 16-bit little-endian samples, which some of Google's voices give whatever encoding is asked for, and
 * which would be heard as a roar. Then every second byte, the low one, is noise (random steps around the circle of 256
 * values are 64 long on average, shorter where it is quiet) and the others, the high ones, hardly move; in µ-law both
 * kinds move alike.
 */
function isPcm16(bytes: Uint8Array): boolean {
  const pairs = Math.min(bytes.length >> 1, PCM_MAX_PAIRS);
  if (pairs < PCM_MIN_PAIRS) return false;
  let low = 0;
  let high = 0;
  for (let i = 2; i < 2 * pairs; i += 2) {
    low += stepBetween(bytes[i - 2]!, bytes[i]!);
    high += stepBetween(bytes[i - 1]!, bytes[i + 1]!);
  }
  low /= pairs - 1;
  high /= pairs - 1;
  return low > 20 && low < 90 && high < low / 6;
}

function stepBetween(from: number, to: number): number {
  const up = (to - from) & 0xff;
  return Math.min(up, 256 - up);
}

/**
 * Tells headerless audio from what some voices send in its place: a file with a header, an error in JSON, 16-bit
 * samples where µ-law was agreed. Played as it comes, it is static at full volume. Each detector looks at the beginning
 * of a sentence; real µ-law, loud or soft, speech or music, is not taken for any of them.
 */
import { SAMPLE_RATE_HZ } from './frame.ts';

/** PCM may begin with a moment of near silence, which says nothing yet; two seconds of µ-law hold 330 ms of 24 kHz. */
export const TELLING_BYTES = 2 * SAMPLE_RATE_HZ;
/** 200 ms of µ-law. */
const WINDOW_BYTES = 1_600;
/** 80 ms: fewer bytes can be anything. */
const LEAST_WINDOW_BYTES = 640;

export type Container = 'WAV' | 'MP3' | 'Ogg' | 'FLAC' | 'JSON';

/** What these first bytes are instead of headerless audio, if it is something known. */
export function findContainer(bytes: Uint8Array): Container | undefined {
  if (startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WAVE')) return 'WAV';
  if (hasId3(bytes) || hasMpegFrames(bytes)) return 'MP3';
  if (startsWith(bytes, 'OggS')) return 'Ogg';
  if (startsWith(bytes, 'fLaC')) return 'FLAC';
  return isJson(bytes) ? 'JSON' : undefined;
}

/**
 * Whether bytes that should be µ-law are 16-bit samples, of either byte order. The upper bytes of PCM are near 0x00 and
 * near 0xff, for small samples above and below zero. As µ-law these are the loudest negative and the softest positive
 * values, with nothing in between: no sound has that shape.
 */
export function isPcm16(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, TELLING_BYTES);
  for (let from = 0; from + LEAST_WINDOW_BYTES <= end; from += WINDOW_BYTES) {
    const window = bytes.subarray(from, Math.min(from + WINDOW_BYTES, end));
    if (isDigitalSilence(window) || hasUpperBytes(window)) return true;
  }
  return false;
}

/** Whether no voice, however slow at reading long numbers, needs so long for so few characters. */
export function isAbsurdlyLong(audioMs: number, characters: number): boolean {
  return audioMs > 5_000 + 1_000 * characters;
}

/** Whether no voice says so much in so little time: ten times the speed of speech. */
export function isAbsurdlyShort(audioMs: number, characters: number): boolean {
  return audioMs < 6 * characters;
}

/** Upper bytes up to this far from zero: samples of 10,000 at most, which is most of all but the loudest speech. */
const SMALL = 0x28;
const MOST = 0.8;
const SOME = 0.05;
const ALL = 0.98;
/** A tone in step with the sampling repeats a few values; the lower bytes of PCM are all different. */
const DIVERSE = 24;

function hasUpperBytes(window: Uint8Array): boolean {
  const halves = [surveyOf(window, 0), surveyOf(window, 1)] as const;
  return arePcm(halves[0], halves[1]) || arePcm(halves[1], halves[0]);
}

/** The lower bytes are as good as random, or the samples are so small that the upper bytes are nothing but signs. */
const arePcm = (upper: Survey, lower: Survey): boolean =>
  upper.areSmall && (lower.distinct >= DIVERSE || (upper.areSigns && lower.areSmall));

interface Survey {
  /** Nearly all are small numbers in two's complement, of both signs. */
  readonly areSmall: boolean;
  /** All are 0 or -1. */
  readonly areSigns: boolean;
  readonly distinct: number;
}

/** One byte of each pair. */
function surveyOf(window: Uint8Array, offset: 0 | 1): Survey {
  const counts = new Uint16Array(256);
  for (let i = offset; i < window.length; i += 2) counts[window[i]!]!++;
  let above = 0;
  let below = 0;
  let distinct = 0;
  for (let code = 0; code < 256; code++) {
    if (code <= SMALL) above += counts[code]!;
    if (code >= 0xff - SMALL) below += counts[code]!;
    if (counts[code]! > 0) distinct++;
  }
  const total = window.length / 2;
  const areSmall = above + below >= MOST * total && Math.min(above, below) >= SOME * total;
  return { areSmall, areSigns: counts[0x00]! + counts[0xff]! >= ALL * total, distinct };
}

/** 0x00 is silence in PCM, and the lowest value of all in µ-law. */
function isDigitalSilence(window: Uint8Array): boolean {
  let zeros = 0;
  for (let i = 0; i < window.length; i++) if (window[i] === 0) zeros++;
  return zeros > MOST * window.length;
}

function startsWith(bytes: Uint8Array, ascii: string): boolean {
  if (bytes.length < ascii.length) return false;
  for (let i = 0; i < ascii.length; i++) if (bytes[i] !== ascii.charCodeAt(i)) return false;
  return true;
}

/** Versions 2 to 4, https://id3.org/id3v2.4.0-structure section 3.1. */
function hasId3(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'ID3') && bytes[3]! >= 2 && bytes[3]! <= 4;
}

/** Silence in µ-law is a row of ones, as a sync word is: only a second header where the first one puts it is proof. */
function hasMpegFrames(bytes: Uint8Array): boolean {
  const length = mpegFrameBytes(bytes);
  return length !== undefined && mpegFrameBytes(bytes.subarray(length)) !== undefined;
}

/** Bit rates in kbit/s of layer III, for MPEG 1 and for MPEG 2 and 2.5: ISO/IEC 11172-3 and 13818-3, section 2.4.2.3. */
const MPEG1_KBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG2_KBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MPEG1_RATES_HZ = [44_100, 48_000, 32_000];

/** The length of the layer III frame that begins here. */
function mpegFrameBytes(bytes: Uint8Array): number | undefined {
  const [sync, kind = 0, rates = 0] = bytes;
  if (sync !== 0xff || (kind & 0xe6) !== 0xe2) return undefined;
  const version = (kind >> 3) & 3;
  const rateHz = MPEG1_RATES_HZ[(rates >> 2) & 3];
  const kbits = (version === 3 ? MPEG1_KBITS : MPEG2_KBITS)[rates >> 4];
  if (version === 1 || !rateHz || !kbits) return undefined;
  const [samples, divisor] = version === 3 ? [1_152, 1] : [576, version === 2 ? 2 : 4];
  return Math.floor(((samples / 8) * kbits * 1_000 * divisor) / rateHz) + ((rates >> 1) & 1);
}

/** An object, in the plain characters that µ-law has for negative samples alone. */
function isJson(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, '{"') && !startsWith(bytes, '{\n') && !startsWith(bytes, '{\r')) return false;
  return bytes.subarray(0, 16).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d);
}

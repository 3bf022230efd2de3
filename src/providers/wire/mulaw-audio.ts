import { brokenAnswer, type VendorOperation } from '../vendor-error.ts';

/** RFC 2361: the format code of µ-law in a WAV header. */
const WAV_MULAW = 7;
const WAV_RATE_HZ = 8000;
/** A WAV header is 44 to 100 bytes; one that has not ended here never will. */
const MAX_HEADER_BYTES = 4096;
/** A header written before the length was known says one of these, and nothing about where the audio ends. */
const UNKNOWN_LENGTHS = [0, 0x7fff_ffff, 0xffff_ffff];

const WINDOW_BYTES = 800;
/** Only the first second is looked at: a voice does not change its format in the middle. */
const CHECKED_BYTES = 8000;

/**
 * The audio of one sentence on its way from a vendor that was asked for raw µ-law at 8000 Hz. A WAV header that says
 * the same is dropped; one that says otherwise, and 16-bit PCM without any header, throw `ProviderError` before the
 * noise that they would be on a telephone.
 */
export class MulawAudio {
  readonly #who: VendorOperation;
  /** Bytes that may be, or are, the beginning of a header; undefined once it is known where the audio starts. */
  #head: Uint8Array | undefined = new Uint8Array(0);
  /** Audio bytes that the header promised and that have not come yet. */
  #remaining = Number.POSITIVE_INFINITY;
  #checkedBytes = 0;
  #window = new Uint8Array(0);

  constructor(who: VendorOperation) {
    this.#who = who;
  }

  /** The audio in the next bytes: all of them, or none yet. */
  take(bytes: Uint8Array): Uint8Array {
    const audio = this.#head === undefined ? bytes : this.#pastHeader(this.#head, bytes);
    const wanted = audio.subarray(0, Math.min(audio.length, this.#remaining));
    this.#remaining -= wanted.length;
    this.#refusePcm(wanted);
    return wanted;
  }

  #pastHeader(head: Uint8Array, bytes: Uint8Array): Uint8Array {
    const all = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    const found = findAudio(all);
    if (found === 'unfinished' && all.length <= MAX_HEADER_BYTES) {
      this.#head = Uint8Array.from(all);
      return new Uint8Array(0);
    }
    if (typeof found === 'string') throw brokenAnswer(this.#who, `a WAV file, ${found}, instead of raw µ-law`);
    this.#head = undefined;
    this.#remaining = found.bytes;
    return all.subarray(found.start);
  }

  #refusePcm(audio: Uint8Array): void {
    if (audio.length === 0 || this.#checkedBytes >= CHECKED_BYTES) return;
    const bytes = this.#window.length === 0 ? audio : Buffer.concat([this.#window, audio]);
    let from = 0;
    for (; from + WINDOW_BYTES <= bytes.length && this.#checkedBytes < CHECKED_BYTES; from += WINDOW_BYTES) {
      if (looksLikePcm16(bytes.subarray(from, from + WINDOW_BYTES))) {
        throw brokenAnswer(this.#who, '16-bit PCM instead of µ-law');
      }
      this.#checkedBytes += WINDOW_BYTES;
    }
    this.#window = Uint8Array.from(bytes.subarray(from, from + WINDOW_BYTES));
  }
}

interface FoundAudio {
  readonly start: number;
  readonly bytes: number;
}

/** Where the audio starts; `unfinished` when more bytes will tell, or what is wrong with the header. */
function findAudio(bytes: Uint8Array): FoundAudio | 'unfinished' | (string & {}) {
  const mark = Math.min(4, bytes.length);
  if (latin(bytes, 0, mark) !== 'RIFF'.slice(0, mark)) return { start: 0, bytes: Number.POSITIVE_INFINITY };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isMulaw = false;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const id = latin(bytes, offset, 4);
    const length = view.getUint32(offset + 4, true);
    const start = offset + 8;
    if (id === 'data') {
      if (!isMulaw) return 'without a format';
      return { start, bytes: UNKNOWN_LENGTHS.includes(length) ? Number.POSITIVE_INFINITY : length };
    }
    if (id === 'fmt ') {
      if (start + 16 > bytes.length) return 'unfinished';
      const format = view.getUint16(start, true);
      const channels = view.getUint16(start + 2, true);
      const rateHz = view.getUint32(start + 4, true);
      isMulaw = format === WAV_MULAW && channels === 1 && rateHz === WAV_RATE_HZ;
      if (!isMulaw) return `format ${format}, ${channels} channels, ${rateHz} Hz`;
    }
    offset = start + length + (length % 2);
  }
  return 'unfinished';
}

/**
 * 16-bit little-endian speech, read as µ-law. Its upper bytes are near 0x00 and 0xff, never in between; its lower bytes
 * are anything; and many of both fall in the loudest 1/8 of µ-law's codes, where speech hardly ever is. µ-law has no
 * such difference between its odd and even bytes. Digital silence is 0x00, which in µ-law is the lowest of all samples.
 */
function looksLikePcm16(bytes: Uint8Array): boolean {
  let upperBetween = 0;
  let lowerBetween = 0;
  let loudest = 0;
  let zeroes = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const isBetween = byte >= 0x40 && byte < 0xc0;
    if (isBetween && i % 2 === 1) upperBetween++;
    if (isBetween && i % 2 === 0) lowerBetween++;
    if ((byte & 0x7f) < 0x10) loudest++;
    if (byte === 0) zeroes++;
  }
  const half = bytes.length / 2;
  if (zeroes > 0.9 * bytes.length) return true;
  return upperBetween < 0.02 * half && lowerBetween > 0.25 * half && loudest > 0.08 * bytes.length;
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

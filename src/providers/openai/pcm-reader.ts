/**
 * Audio as OpenAI's speech endpoint sends it: 16-bit little-endian samples, mono, 24 kHz, without a header
 * (https://platform.openai.com/docs/guides/text-to-speech#supported-output-formats), in pieces that may end in the
 * middle of a sample. Some compatible servers put a WAV header before it, and their own rate in it.
 */
export const PCM_RATE_HZ = 24_000;

export interface Pcm {
  readonly sampleRateHz: number;
  readonly data: Int16Array;
}

/** The bytes are not the audio that was asked for. */
export class PcmError extends Error {}

const FORMAT_PCM = 1;
const FORMAT_EXTENSIBLE = 0xfffe;
/** Far more than any header. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Takes the body in pieces, in order. */
export class PcmReader {
  #sampleRateHz = PCM_RATE_HZ;
  #pending: Uint8Array = new Uint8Array(0);
  #isBody = false;

  /** The samples that are whole by now, or undefined when there are none. Throws `PcmError`. */
  read(bytes: Uint8Array): Pcm | undefined {
    let all = joined(this.#pending, bytes);
    if (!this.#isBody) {
      const from = this.#bodyStart(all);
      this.#pending = all;
      if (from === undefined) return undefined;
      this.#isBody = true;
      all = all.subarray(from);
    }
    const whole = all.length - (all.length % 2);
    this.#pending = all.slice(whole);
    return whole === 0 ? undefined : { sampleRateHz: this.#sampleRateHz, data: samplesOf(all.subarray(0, whole)) };
  }

  /** Where the samples begin, once that is known. */
  #bodyStart(bytes: Uint8Array): number | undefined {
    if (bytes.length < 4) return isPrefixOf('RIFF', bytes) ? undefined : 0;
    if (tagAt(bytes, 0) !== 'RIFF') return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let hasFormat = false;
    for (let at = 12; at + 8 <= bytes.length; ) {
      const [tag, size] = [tagAt(bytes, at), view.getUint32(at + 4, true)];
      const start = at + 8;
      if (tag === 'data' && hasFormat) return start;
      if (tag === 'data') throw new PcmError('a WAV file without a format');
      if (tag === 'fmt ' && start + 16 <= bytes.length) {
        this.#sampleRateHz = parseRate(view, start);
        hasFormat = true;
      }
      at = start + size + (size % 2);
    }
    if (bytes.length > MAX_HEADER_BYTES) throw new PcmError('a WAV file without samples');
    return undefined;
  }
}

/** The rate of a `fmt ` chunk that says 16-bit PCM, mono. */
function parseRate(view: DataView, at: number): number {
  const [format, channels] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
  const [rateHz, bits] = [view.getUint32(at + 4, true), view.getUint16(at + 14, true)];
  if ((format !== FORMAT_PCM && format !== FORMAT_EXTENSIBLE) || channels !== 1 || bits !== 16) {
    throw new PcmError(`a WAV file of format ${format}, ${channels} channels, ${bits} bits`);
  }
  if (rateHz < 8_000 || rateHz > 96_000) throw new PcmError(`a WAV file of ${rateHz} Hz`);
  return rateHz;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** A copy, because samples lie at even addresses only by chance. */
function samplesOf(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length / 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true);
  return samples;
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function isPrefixOf(tag: string, bytes: Uint8Array): boolean {
  return tag.startsWith(String.fromCharCode(...bytes));
}

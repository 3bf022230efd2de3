/** WAV files: any common PCM, float or G.711 file in, 16-bit PCM out, or a header for µ-law that is at hand. */
import { ALAW_TO_LINEAR } from './alaw.ts';
import { MULAW_TO_LINEAR } from './mulaw.ts';

/** The bytes are not a WAV file that can be read; the message says what is wrong. */
export class WavError extends Error {
  readonly code = 'wav-invalid';
  override readonly name = 'WavError';
}

export interface WavAudio {
  readonly sampleRateHz: number;
  /** One array per channel, all of one length. */
  readonly channels: Int16Array[];
}

export interface WavFormat {
  readonly channelCount: number;
  readonly sampleRateHz: number;
  readonly bytesPerSample: number;
  /** As 16 bits. */
  readonly read: SampleReader;
}

type SampleReader = (view: DataView, offset: number) => number;

/** Codes of the registry in RFC 2361 and Microsoft's mmreg.h. */
const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_ALAW = 6;
const FORMAT_MULAW = 7;
const FORMAT_EXTENSIBLE = 0xfffe;
/** The last 14 bytes of a sub-format GUID that only wraps a format code. */
const SUBFORMAT_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

const MAX_CHANNELS = 32;
/** What `Resampler` takes. */
const MIN_RATE_HZ = 1000;
const MAX_RATE_HZ = 192_000;
const HEADER_BYTES = 44;
const MULAW_HEADER_BYTES = 58;

const READERS: Readonly<Record<string, SampleReader>> = {
  [`${FORMAT_PCM}/1`]: (view, offset) => (view.getUint8(offset) - 128) << 8,
  [`${FORMAT_PCM}/2`]: (view, offset) => view.getInt16(offset, true),
  [`${FORMAT_PCM}/3`]: (view, offset) => view.getInt16(offset + 1, true),
  [`${FORMAT_PCM}/4`]: (view, offset) => view.getInt16(offset + 2, true),
  [`${FORMAT_FLOAT}/4`]: (view, offset) => floatToInt16(view.getFloat32(offset, true)),
  [`${FORMAT_ALAW}/1`]: (view, offset) => ALAW_TO_LINEAR[view.getUint8(offset)]!,
  [`${FORMAT_MULAW}/1`]: (view, offset) => MULAW_TO_LINEAR[view.getUint8(offset)]!,
};

/**
 * Reads PCM of 8, 16, 24 or 32 bits (wider than 16 keeps the upper 16), 32-bit float, µ-law and A-law, plain or
 * WAVE_FORMAT_EXTENSIBLE. A data chunk that claims more than there is, as streamed files do, ends where the bytes end.
 * Throws `WavError` and nothing else; memory is at most a small multiple of the input's.
 */
export function parseWav(bytes: Uint8Array): WavAudio {
  const { dataAt, dataBytes, format } = parseWavHead(bytes);
  const length = Math.min(dataBytes, bytes.byteLength - dataAt);
  return readSamples(new DataView(bytes.buffer, bytes.byteOffset + dataAt, length), format);
}

export interface WavHead {
  readonly format: WavFormat;
  /** Where the samples begin. */
  readonly dataAt: number;
  /** What the data chunk claims, which may be more than there is. */
  readonly dataBytes: number;
}

/** What stands before the samples, for whoever reads a file piece by piece; it is within the first few kilobytes. */
export function parseWavHead(bytes: Uint8Array): WavHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') {
    throw new WavError('not a RIFF/WAVE file');
  }
  let format: WavFormat | undefined;
  for (let offset = 12; offset + 8 <= view.byteLength; ) {
    const start = offset + 8;
    const claimed = view.getUint32(offset + 4, true);
    const length = Math.min(claimed, view.byteLength - start);
    const id = tag(view, offset);
    if (id === 'fmt ') format = parseFormat(new DataView(view.buffer, view.byteOffset + start, length));
    if (id === 'data') {
      if (format === undefined) throw new WavError('the data chunk comes before the fmt chunk');
      return { format, dataAt: start, dataBytes: claimed };
    }
    // Chunks are padded to an even length, which the length does not count.
    offset = start + claimed + (claimed % 2);
  }
  throw new WavError(format === undefined ? 'no fmt chunk' : 'no data chunk');
}

/**
 * Writes interleaved 16-bit PCM; shorter channels are padded with silence to the longest.
 * Throws `WavError` for no channels, more than 32, a rate outside 1000 to 192000 Hz, or more than 4 GiB.
 */
export function serializeWav(audio: {
  readonly sampleRateHz: number;
  readonly channels: readonly Int16Array[];
}): Uint8Array {
  const { sampleRateHz, channels } = audio;
  requireShape(channels.length, sampleRateHz);
  const length = channels.reduce((longest, channel) => Math.max(longest, channel.length), 0);
  const dataBytes = 2 * channels.length * length;
  if (dataBytes > 0xffff_ffff - HEADER_BYTES) throw new WavError('longer than a WAV file can say');
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  writeHeader(view, { channelCount: channels.length, sampleRateHz, dataBytes });
  channels.forEach((channel, index) => {
    let offset = HEADER_BYTES + 2 * index;
    for (let i = 0; i < channel.length; i++) {
      view.setInt16(offset, channel[i]!, true);
      offset += 2 * channels.length;
    }
  });
  return bytes;
}

/**
 * What stands before `dataBytes` of interleaved µ-law. Formats other than PCM have a `fact` chunk with their length, and
 * a format chunk that counts its extension: none (Microsoft, "New Multimedia Data Types and Data Techniques", 1994).
 * Throws `WavError` as `serializeWav` does.
 */
export function serializeMulawWavHeader(shape: {
  readonly channelCount: number;
  readonly sampleRateHz: number;
  readonly dataBytes: number;
}): Uint8Array {
  const { channelCount, sampleRateHz, dataBytes } = shape;
  requireShape(channelCount, sampleRateHz);
  if (dataBytes > 0xffff_ffff - MULAW_HEADER_BYTES) throw new WavError('longer than a WAV file can say');
  const bytes = new Uint8Array(MULAW_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  setTag(view, 0, 'RIFF');
  view.setUint32(4, MULAW_HEADER_BYTES - 8 + dataBytes, true);
  setTag(view, 8, 'WAVE');
  setTag(view, 12, 'fmt ');
  view.setUint32(16, 18, true);
  writeFormat(view, 20, { code: FORMAT_MULAW, channelCount, sampleRateHz, bytesPerSample: 1 });
  setTag(view, 38, 'fact');
  view.setUint32(42, 4, true);
  view.setUint32(46, Math.floor(dataBytes / channelCount), true);
  setTag(view, 50, 'data');
  view.setUint32(54, dataBytes, true);
  return bytes;
}

function parseFormat(fmt: DataView): WavFormat {
  if (fmt.byteLength < 16) throw new WavError('the fmt chunk is too short');
  const channelCount = fmt.getUint16(2, true);
  const sampleRateHz = fmt.getUint32(4, true);
  const blockBytes = fmt.getUint16(12, true);
  const bytesPerSample = Math.ceil(fmt.getUint16(14, true) / 8);
  const code = formatCode(fmt);
  requireShape(channelCount, sampleRateHz);
  const read = READERS[`${code}/${bytesPerSample}`];
  if (read === undefined) throw new WavError(`format ${code} with ${8 * bytesPerSample} bits is not supported`);
  if (blockBytes !== channelCount * bytesPerSample) {
    throw new WavError(`${blockBytes} bytes per block do not fit ${channelCount} × ${bytesPerSample}`);
  }
  return { channelCount, sampleRateHz, bytesPerSample, read };
}

function formatCode(fmt: DataView): number {
  const code = fmt.getUint16(0, true);
  if (code !== FORMAT_EXTENSIBLE) return code;
  if (fmt.byteLength < 40) throw new WavError('the extensible fmt chunk is too short');
  if (SUBFORMAT_TAIL.some((byte, i) => fmt.getUint8(26 + i) !== byte)) throw new WavError('unknown sub-format');
  return fmt.getUint16(24, true);
}

function readSamples(data: DataView, format: WavFormat): WavAudio {
  const { channelCount, sampleRateHz, bytesPerSample, read } = format;
  const blockBytes = channelCount * bytesPerSample;
  const length = Math.floor(data.byteLength / blockBytes);
  const channels = Array.from({ length: channelCount }, (_, index) => {
    const samples = new Int16Array(length);
    let offset = index * bytesPerSample;
    for (let i = 0; i < length; i++) {
      samples[i] = read(data, offset);
      offset += blockBytes;
    }
    return samples;
  });
  return { sampleRateHz, channels };
}

function writeHeader(
  view: DataView,
  shape: { readonly channelCount: number; readonly sampleRateHz: number; readonly dataBytes: number },
): void {
  setTag(view, 0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + shape.dataBytes, true);
  setTag(view, 8, 'WAVE');
  setTag(view, 12, 'fmt ');
  view.setUint32(16, 16, true);
  writeFormat(view, 20, { code: FORMAT_PCM, bytesPerSample: 2, ...shape });
  setTag(view, 36, 'data');
  view.setUint32(40, shape.dataBytes, true);
}

/** The 16 bytes that every format chunk begins with. */
function writeFormat(
  view: DataView,
  offset: number,
  format: {
    readonly code: number;
    readonly channelCount: number;
    readonly sampleRateHz: number;
    readonly bytesPerSample: number;
  },
): void {
  const { code, channelCount, sampleRateHz, bytesPerSample } = format;
  const blockBytes = channelCount * bytesPerSample;
  view.setUint16(offset, code, true);
  view.setUint16(offset + 2, channelCount, true);
  view.setUint32(offset + 4, sampleRateHz, true);
  view.setUint32(offset + 8, sampleRateHz * blockBytes, true);
  view.setUint16(offset + 12, blockBytes, true);
  view.setUint16(offset + 14, 8 * bytesPerSample, true);
}

function requireShape(channelCount: number, sampleRateHz: number): void {
  if (channelCount < 1 || channelCount > MAX_CHANNELS) throw new WavError(`${channelCount} channels`);
  if (!Number.isInteger(sampleRateHz) || sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    throw new WavError(`a sample rate of ${sampleRateHz} Hz`);
  }
}

/** 1.0 is one step above the largest 16-bit value. NaN, which broken encoders leave behind, is stored as 0. */
function floatToInt16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768)));
}

function tag(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

function setTag(view: DataView, offset: number, text: string): void {
  for (let i = 0; i < 4; i++) view.setUint8(offset + i, text.charCodeAt(i));
}

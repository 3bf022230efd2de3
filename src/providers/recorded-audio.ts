import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE_HZ } from '../audio/frame.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import { resample } from '../audio/resample.ts';
import { parseWav } from '../audio/wav.ts';
import { ConfigError } from '../core/errors.ts';

interface Recording {
  readonly sampleRateHz: number;
  /** One array per channel, all of one length. */
  readonly channels: readonly Int16Array[];
}

/** Ten minutes of 48 kHz stereo: a greeting is far smaller, and a mistaken file should not fill the memory. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;
const REMEDY = 'Give a .wav, .mp3, .ul or .ulaw file.';

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  '.wav': async (bytes) => toMulaw(parseWav(bytes)),
  '.mp3': async (bytes) => toMulaw(await decodeMp3(bytes)),
  '.ul': async (bytes) => bytes,
  '.ulaw': async (bytes) => bytes,
};

/**
 * A recording as µ-law, 8000 Hz, mono. The name's ending says what it is; `.ul` and `.ulaw` are taken as they are.
 * Throws `ConfigError` naming the path when it cannot be read or holds no sound.
 */
export async function loadRecordedAudio(file: string): Promise<Uint8Array> {
  const read = READERS[path.extname(file).toLowerCase()];
  if (!read) throw new ConfigError(file, 'its ending names no audio format that Kav reads', REMEDY);
  const audio = await readFile(file)
    .then((bytes) => {
      if (bytes.length > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`);
      return read(bytes);
    })
    .catch((error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      throw new ConfigError(file, `the recording cannot be read (${problem})`, REMEDY, error);
    });
  if (audio.length === 0) throw new ConfigError(file, 'the recording holds no sound', REMEDY);
  return audio;
}

function toMulaw({ sampleRateHz, channels }: Recording): Uint8Array {
  return encodeMulaw(resample(mixed(channels), sampleRateHz, SAMPLE_RATE_HZ));
}

function mixed(channels: readonly Int16Array[]): Int16Array {
  const [first = new Int16Array(0)] = channels;
  if (channels.length <= 1) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}

/** The decoder is loaded only when an MP3 file is; for bytes that are no MP3 it gives no samples and does not throw. */
async function decodeMp3(bytes: Uint8Array): Promise<Recording> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const { channelData, samplesDecoded, sampleRate } = decoder.decode(bytes);
    if (samplesDecoded === 0) throw new Error('no MP3 audio in it');
    const channels = channelData.map((samples) => Int16Array.from(samples, toInt16));
    return { sampleRateHz: sampleRate, channels };
  } finally {
    decoder.free();
  }
}

function toInt16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768)));
}

/** What Google's Text-to-Speech says on a wire of our own: its audio, its refusals, its statuses. */
import { protos } from '@google-cloud/text-to-speech';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { SAMPLE_RATE_HZ } from '../../audio/frame.ts';
import { toneMulaw, tonePcm } from '../../audio/tone.ts';
import { serializeWav } from '../../audio/wav.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import type { StreamingMessage, UnaryRequest } from './tts-codec.ts';

const MS_PER_CHARACTER = 60;
const CHUNK_MS = 400;
/** The pitch of the tone that stands for a voice. */
const VOICE_HZ = 440;
/** Rate of Chirp 3: HD where none is asked for. */
const NATURAL_RATE_HZ = 24_000;

export type Refusal = Pick<StatusObject, 'code' | 'details'> & Partial<StatusObject>;

/** µ-law that is as long as the text would be. */
export function toneOf(text: string): Uint8Array {
  return toneMulaw({ frequencyHz: VOICE_HZ, durationMs: [...text].length * MS_PER_CHARACTER });
}

/** The messages of a streamed answer: bare µ-law, in pieces of 400 ms. */
export function streamedAnswer(audio: Uint8Array, misbehaviour: Misbehaviour | undefined): readonly Uint8Array[] {
  switch (misbehaviour?.kind) {
    case 'no-audio':
      return [new Uint8Array(0)];
    case 'wrong-rate':
      return sliced(naturalPcm(audio), (2 * CHUNK_MS * NATURAL_RATE_HZ) / 1_000);
    case 'wav-header':
      return sliced(mulawWav(audio), (CHUNK_MS * SAMPLE_RATE_HZ) / 1_000);
    default:
      return sliced(audio, (CHUNK_MS * SAMPLE_RATE_HZ) / 1_000);
  }
}

/** The one message of a unary answer, which is a WAV file even when all is well. */
export function unaryAnswer(audio: Uint8Array, misbehaviour: Misbehaviour | undefined): Uint8Array {
  switch (misbehaviour?.kind) {
    case 'no-audio':
      return new Uint8Array(0);
    case 'wrong-rate':
      return serializeWav({ sampleRateHz: NATURAL_RATE_HZ, channels: [naturalTone(audio)] });
    default:
      return mulawWav(audio);
  }
}

/** Why the service would not take the settings of a stream. */
export function refusalOfStream({ streamingConfig }: StreamingMessage): Refusal | undefined {
  if (!streamingConfig?.voice) return invalid('The first message must contain a streaming_config.');
  const { voice, streamingAudioConfig } = streamingConfig;
  if (!/-(?:Chirp3-HD|Chirp-HD|Journey)-/.test(voice.name ?? '')) {
    return invalid('Currently, only Chirp 3: HD voices are supported for streaming synthesis.');
  }
  return refusalOfVoice(voice) ?? refusalOfEncoding(streamingAudioConfig);
}

export function refusalOfUnary({ voice, audioConfig, input }: UnaryRequest): Refusal | undefined {
  return refusalOfVoice(voice) ?? refusalOfEncoding(audioConfig) ?? refusalOfText(input?.text);
}

export function refusalOfText(text: string | null | undefined): Refusal | undefined {
  if (!text) return invalid('Either `input.text` or `input.ssml` must be set.');
  return Buffer.byteLength(text) > 5_000 ? invalid('`input.text` is longer than the limit of 5000 bytes.') : undefined;
}

/** The gRPC status that Google gives where HTTP has this one, with the time to wait among its details. */
export function refusalOfStatus({
  status: http,
  retryAfterSeconds,
}: Extract<Misbehaviour, { kind: 'status' }>): Refusal {
  const code = GRPC_CODE[http] ?? (http >= 500 ? status.INTERNAL : status.INVALID_ARGUMENT);
  const details = `Loopback refuses with ${status[code]}.`;
  if (retryAfterSeconds === undefined) return { code, details };
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', retryInfo({ code, message: details }, retryAfterSeconds));
  return { code, details, metadata };
}

/** After https://cloud.google.com/apis/design/errors, "Error codes". */
const GRPC_CODE: Readonly<Partial<Record<number, status>>> = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  429: status.RESOURCE_EXHAUSTED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

function retryInfo(of: { readonly code: number; readonly message: string }, seconds: number): Buffer {
  const { google } = protos;
  const wait = { seconds: Math.floor(seconds), nanos: Math.round((seconds % 1) * 1e9) };
  const delay = google.protobuf.Duration.encode(wait).finish();
  const details = [
    { type_url: 'type.googleapis.com/google.rpc.RetryInfo', value: Buffer.from([0x0a, delay.length, ...delay]) },
  ];
  return Buffer.from(google.rpc.Status.encode({ ...of, details }).finish());
}

function refusalOfVoice(voice: UnaryRequest['voice']): Refusal | undefined {
  const language = voice?.languageCode ?? '';
  if (language === '') return invalid('`voice.language_code` must be set.');
  const name = voice?.name ?? '';
  return name === '' || name.toLowerCase().startsWith(`${language.toLowerCase()}-`)
    ? undefined
    : invalid(`Requested language code '${language}' doesn't match the voice '${name}'.`);
}

function refusalOfEncoding(config: UnaryRequest['audioConfig']): Refusal | undefined {
  const isMulaw = config?.audioEncoding === 'MULAW' && config.sampleRateHertz === SAMPLE_RATE_HZ;
  return isMulaw ? undefined : invalid('Unsupported audio encoding: this server speaks MULAW at 8000 Hz.');
}

function invalid(details: string): Refusal {
  return { code: status.INVALID_ARGUMENT, details };
}

function sliced(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function naturalTone(audio: Uint8Array): Int16Array {
  const durationMs = (1_000 * audio.length) / SAMPLE_RATE_HZ;
  return tonePcm({ frequencyHz: VOICE_HZ, durationMs, sampleRateHz: NATURAL_RATE_HZ });
}

function naturalPcm(audio: Uint8Array): Uint8Array {
  const samples = naturalTone(audio);
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

const WAV_MULAW = 7;

/** With the longer `fmt ` and the `fact` chunk that RFC 2361's formats other than PCM have: 58 bytes before the audio. */
function mulawWav(audio: Uint8Array): Uint8Array {
  const header = Buffer.alloc(58);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - 8 + audio.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(WAV_MULAW, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(audio.length, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(audio.length, 54);
  return Buffer.concat([header, audio]);
}
